import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@shared/routing/root";

export const overviewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  component: lazyRouteComponent(() => import("./overview-page"), "OverviewPage"),
});

export const overviewRoutes = [overviewRoute];
