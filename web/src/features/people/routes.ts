import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@shared/routing/root";
import { flag, oneOf, search, text } from "@shared/routing/search";

export const peopleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/people",
  // `first` and `last`: seen for the first, the last time since then.
  validateSearch: search({ q: text, identified: flag, first: text, last: text, cursor: text }),
  component: lazyRouteComponent(() => import("./people-page"), "PeoplePage"),
});

export const personRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/people/$profileId",
  validateSearch: search({ tab: oneOf(["timeline", "identity", "audiences", "messages"]), event: text, until: text, why: text }),
  component: lazyRouteComponent(() => import("./person-page"), "PersonPage"),
});

export const peopleRoutes = [peopleRoute, personRoute];
