import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { whenSignedOut } from "@shared/api/client";
import { Problem, asProblem } from "@shared/api/problem";
import { startTranslation } from "@shared/i18n";
import { Theme } from "@shared/theme";
import { buildRouter } from "./router";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // An answer with a reason stays the same; only silence is worth another try.
      retry: (failures, problem) => failures < 2 && [0, 502, 503, 504].includes(asProblem(problem).status),
      refetchOnWindowFocus: false,
    },
  },
});
const router = buildRouter(queries);

whenSignedOut(() => {
  queries.clear();
  void router.navigate({ to: "/login", search: { next: router.state.location.href } });
});

await startTranslation();
const element = document.getElementById("page");
// A problem is told to the person before the screen; anything else is a fault of ours.
const onCaughtError = (error: unknown) => { if (!(error instanceof Problem)) reportError(error); };
if (element)
  createRoot(element, { onCaughtError }).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Suspense>
          <Theme>
            <RouterProvider router={router} />
          </Theme>
        </Suspense>
      </QueryClientProvider>
    </StrictMode>,
  );
