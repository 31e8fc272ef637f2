import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider, createBrowserHistory, createRoute, createRouter } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App } from "antd";
import { beforeEach, expect, it } from "vitest";
import { fakeApi, startTexts } from "../../testing/show";

const ME = { workspace: { locale: "en" }, scopes: [] };
let asked = 0;

beforeEach(() => {
  document.head.innerHTML = '<base href="/cdp/">';
  fakeApi({ "GET /cdp/api/v1/bootstrap": { is_set_up: true }, "POST /cdp/api/v1/login": () => ((asked += 1), ME) });
});

/** Signs in on the page of a server under `/cdp/`, and tells where that leads. */
async function signIn(next: string): Promise<string> {
  await startTexts();
  history.replaceState(null, "", `/cdp/login?next=${encodeURIComponent(next)}`);
  const [{ rootRoute }, { accountRoutes }] = [await import("@shared/routing/root"), await import("./routes")];
  const at = (path: string) => createRoute({ getParentRoute: () => rootRoute, path, component: () => `Arrived at ${path}` });
  const queries = new QueryClient();
  const router = createRouter({
    routeTree: rootRoute.addChildren([...accountRoutes, at("/"), at("/audiences")]),
    basepath: "/cdp/",
    history: createBrowserHistory(),
    context: { queries },
    defaultNotFoundComponent: () => "Arrived nowhere",
  });
  render(
    <QueryClientProvider client={queries}>
      <App><RouterProvider router={router as never} /></App>
    </QueryClientProvider>,
  );
  await userEvent.type(await screen.findByLabelText("E-mail", { exact: false }, { timeout: 15_000 }), "li@shop.example");
  await userEvent.type(screen.getByLabelText(/password/i, { selector: "input" }), "a long password");
  await userEvent.click(screen.getByRole("button", { name: /sign in/i }));
  await screen.findByText(/^Arrived/);
  return location.href.replace(location.origin, "");
}

it("leads back to where somebody was, under the path of the server", async () => {
  expect(await signIn("/audiences?q=1")).toBe("/cdp/audiences?q=1");
});

it.each(["//evil.example/audiences", "https://evil.example/", "/\\evil.example/", "/\t/evil.example/audiences"])("never leads elsewhere: %s", async (next) => {
  expect(await signIn(next)).toMatch(/^\/cdp\//);
  expect(asked).toBeGreaterThan(0);
});
