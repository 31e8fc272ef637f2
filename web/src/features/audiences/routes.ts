import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { sayIfAway } from "@shared/routing/away";
import * as v from "valibot";
import { shellRoute } from "@shared/routing/root";
import { flag, oneOf, search, text, whole } from "@shared/routing/search";

export const audiencesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audiences",
  validateSearch: search({
    q: text,
    archived: flag,
    state: oneOf(["ready", "computing", "failed", "new"]),
    sort: oneOf(["name", "size", "refreshed"]),
    cursor: text,
    /** Whose people are shown beside the list. */
    people: text,
  }),
  component: lazyRouteComponent(() => import("./list/audiences-page").catch(sayIfAway), "AudiencesPage"),
});

/** A rule in a link: JSON as it stands, or as a text. */
const rule = v.fallback(v.optional(v.union([v.record(v.string(), v.unknown()), v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()))])), undefined);

export const newAudienceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audiences/new",
  // Begin with the rule of another audience, or with one from the link.
  validateSearch: search({ from: text, rule, name: text }),
  component: lazyRouteComponent(() => import("./editor/audience-editor-page").catch(sayIfAway), "NewAudiencePage"),
});

export const audienceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audiences/$audienceId",
  validateSearch: search({
    tab: oneOf(["overview", "people", "why", "versions", "runs"]),
    person: text,
    before: whole,
    after: whole,
    /** The people behind a number: those in it, or who entered or exited in a run. */
    show: oneOf(["members", "entered", "exited"]),
    run: whole,
    cursor: text,
  }),
  component: lazyRouteComponent(() => import("./detail/audience-page").catch(sayIfAway), "AudiencePage"),
});

export const editAudienceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audiences/$audienceId/edit",
  component: lazyRouteComponent(() => import("./editor/audience-editor-page").catch(sayIfAway), "EditAudiencePage"),
});

export const audiencesRoutes = [audiencesRoute, newAudienceRoute, audienceRoute, editAudienceRoute];
