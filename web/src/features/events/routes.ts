import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { sayIfAway } from "@shared/routing/away";
import { shellRoute } from "@shared/routing/root";
import { oneOf, search, several, text, texts } from "@shared/routing/search";
import { STATUSES } from "./model/event";

export const QUARANTINE_STATES = ["open", "replayed", "discarded"] as const;

export const eventsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/events",
  validateSearch: search({ source: text, event: texts, person: text, status: several(STATUSES) }),
  component: lazyRouteComponent(() => import("./live/events-page").catch(sayIfAway), "EventsPage"),
});

export const quarantineRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/quarantine",
  validateSearch: search({ q: text, reason: text, source: text, state: oneOf(QUARANTINE_STATES), cursor: text, open: text }),
  component: lazyRouteComponent(() => import("./quarantine/quarantine-page").catch(sayIfAway), "QuarantinePage"),
});

export const eventsRoutes = [eventsRoute, quarantineRoute];
