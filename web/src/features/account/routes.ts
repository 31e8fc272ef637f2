import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "@shared/routing/root";
import { search, text } from "@shared/routing/search";

export const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/setup",
  component: lazyRouteComponent(() => import("./setup-page"), "SetupPage"),
});

export const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: search({ next: text }),
  component: lazyRouteComponent(() => import("./login-page"), "LoginPage"),
});

export const accountRoutes = [setupRoute, loginRoute];
