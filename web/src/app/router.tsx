import type { QueryClient } from "@tanstack/react-query";
import { Outlet, createRouter } from "@tanstack/react-router";
import { Flex, Spin } from "antd";
import { Suspense } from "react";
import { basePath } from "@shared/routing/base";
import { rootRoute, shellRoute } from "@shared/routing/root";
import { accountRoutes } from "../features/account/routes";
import { accountsRoutes } from "../features/accounts/routes";
import { audiencesRoutes } from "../features/audiences/routes";
import { campaignsRoutes } from "../features/campaigns/routes";
import { eventsRoutes } from "../features/events/routes";
import { identityRoutes } from "../features/identity/routes";
import { overviewRoutes } from "../features/overview/routes";
import { peopleRoutes } from "../features/people/routes";
import { settingsRoutes } from "../features/settings/routes";
import { sourcesRoutes } from "../features/sources/routes";
import { tagsRoutes } from "../features/tags/routes";
import { Failed } from "./failed";
import { NotFound } from "./not-found";
import { Shell } from "./shell";

const waiting = <Flex justify="center" style={{ width: "100%", paddingBlock: "30vh" }}><Spin size="large" /></Flex>;

// Each screen is a branch of `shellRoute` (signed in) or of `rootRoute` (everybody).
const routeTree = rootRoute.addChildren([
  ...accountRoutes,
  shellRoute.addChildren([
    ...overviewRoutes,
    ...sourcesRoutes,
    ...eventsRoutes,
    ...peopleRoutes,
    ...accountsRoutes,
    ...identityRoutes,
    ...tagsRoutes,
    ...audiencesRoutes,
    ...campaignsRoutes,
    ...settingsRoutes,
  ]),
]);

export function buildRouter(queries: QueryClient) {
  rootRoute.update({
    component: () => <Suspense fallback={waiting}><Outlet /></Suspense>,
    notFoundComponent: NotFound,
  });
  shellRoute.update({
    component: Shell,
    pendingComponent: () => waiting,
    errorComponent: Failed,
  });
  return createRouter({
    routeTree,
    context: { queries },
    basepath: basePath,
    defaultPreload: "intent",
    defaultPendingMs: 300,
    defaultErrorComponent: Failed,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof buildRouter>;
  }
}
