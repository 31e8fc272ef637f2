import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@shared/routing/root";

export const peopleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/people",
  component: lazyRouteComponent(() => import("./people-page"), "PeoplePage"),
});

export const personRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/people/$profileId",
  component: lazyRouteComponent(() => import("./person-page"), "PersonPage"),
});

export const peopleRoutes = [peopleRoute, personRoute];
