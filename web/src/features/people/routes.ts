import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { sayIfAway } from "@shared/routing/away";
import { shellRoute } from "@shared/routing/root";
import { flag, oneOf, search, text } from "@shared/routing/search";

export const peopleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/people",
  // `first` and `last`: seen for the first, the last time since then.
  validateSearch: search({ q: text, identified: flag, first: text, last: text, cursor: text }),
  component: lazyRouteComponent(() => import("./people-page").catch(sayIfAway), "PeoplePage"),
});

export const personRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/people/$profileId",
  validateSearch: search({
    tab: oneOf(["timeline", "identity", "audiences", "messages"]), event: text, until: text, why: text,
    then: text, // the day of which the golden record is shown
    from: text, // the id that led here, of a profile that was merged into this one
    // The identity graph: as a table, at a moment, with something chosen, and what stands beside it.
    view: oneOf(["table"]), at: text, chosen: text, side: oneOf(["steps", "details", "decisions"]),
  }),
  component: lazyRouteComponent(() => import("./person-page").catch(sayIfAway), "PersonPage"),
});

export const peopleRoutes = [peopleRoute, personRoute];
