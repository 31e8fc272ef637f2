import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider, createMemoryHistory, createRootRoute, createRouter } from "@tanstack/react-router";
import { type RenderResult, render } from "@testing-library/react";
import { App, ConfigProvider } from "antd";
import i18next from "i18next";
import { type ReactNode, Suspense } from "react";
import { initReactI18next } from "react-i18next";
import { vi } from "vitest";

const texts = import.meta.glob<Record<string, unknown>>("../**/locales/*.json", { eager: true, import: "default" });

/** Starts translation with every text of the page. */
export async function startTexts(language: "zh" | "en" = "en"): Promise<void> {
  const resources: Record<string, Record<string, Record<string, unknown>>> = { zh: {}, en: {} };
  for (const [path, content] of Object.entries(texts)) {
    const [, namespace, code] = /^\.\.\/(?:features\/|shared\/(?!locales))?(.+)\/locales\/(\w+)\.json$/.exec(path) ?? [];
    if (namespace && code && resources[code]) resources[code][namespace] = content;
  }
  await i18next.use(initReactI18next).init({ lng: language, resources, defaultNS: "shared", interpolation: { escapeValue: false } });
}

/** Shows a part of the page as the app would: with texts, data, theme and a router at `path`. */
export async function show(content: ReactNode, { language = "en", path = "/" }: { language?: "zh" | "en"; path?: string } = {}): Promise<RenderResult> {
  await startTexts(language);
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const root = createRootRoute({ component: () => <Suspense>{content}</Suspense>, notFoundComponent: () => <Suspense>{content}</Suspense> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: [path] }) });
  await router.load();
  return render(
    <QueryClientProvider client={queries}>
      <ConfigProvider theme={{ token: { motion: false } }}>
        <App>
          <RouterProvider router={router as never} />
        </App>
      </ConfigProvider>
    </QueryClientProvider>,
  );
}

type Answer = unknown | ((request: Request) => unknown);

/** An API of a few routes: `fakeApi({"GET /api/v1/tags": {items: []}})`. A `Response` is given as it is; others as JSON. */
export function fakeApi(routes: Record<string, Answer>): Request[] {
  const asked: Request[] = [];
  vi.stubGlobal("fetch", async (input: Request) => {
    asked.push(input.clone());
    const answer = routes[`${input.method} ${new URL(input.url).pathname}`];
    if (answer === undefined) return Response.json({ status: 404, code: "not_found", detail: "No such route in this test." }, { status: 404 });
    const content = typeof answer === "function" ? await (answer as (request: Request) => unknown)(input) : answer;
    return content instanceof Response ? content : Response.json(content);
  });
  return asked;
}
