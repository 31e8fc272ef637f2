import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@shared/routing/root";

export const sourcesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/sources",
  component: lazyRouteComponent(() => import("./sources-page"), "SourcesPage"),
});

export const sourceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/sources/$sourceId",
  component: lazyRouteComponent(() => import("./source-page"), "SourcePage"),
});

export const sourcesRoutes = [sourcesRoute, sourceRoute];
