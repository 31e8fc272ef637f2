import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { sayIfAway } from "@shared/routing/away";
import { rootRoute } from "@shared/routing/root";
import { search, text } from "@shared/routing/search";

export const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/setup",
  component: lazyRouteComponent(() => import("./setup-page").catch(sayIfAway), "SetupPage"),
});

export const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: search({ next: text }),
  component: lazyRouteComponent(() => import("./login-page").catch(sayIfAway), "LoginPage"),
});

export const accountRoutes = [setupRoute, loginRoute];
