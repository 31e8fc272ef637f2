import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@shared/routing/root";

export const eventsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/events",
  component: lazyRouteComponent(() => import("./events-page"), "EventsPage"),
});

export const quarantineRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/quarantine",
  component: lazyRouteComponent(() => import("./quarantine-page"), "QuarantinePage"),
});

export const eventsRoutes = [eventsRoute, quarantineRoute];
