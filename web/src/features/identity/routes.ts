import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { sayIfAway } from "@shared/routing/away";
import { shellRoute } from "@shared/routing/root";
import { flag, oneOf, search, text, whole } from "@shared/routing/search";

export const TABS = ["rules", "impact", "versions"] as const;
export const KINDS = ["many_identifiers", "claimed_by_many", "both_large", "unsigned"] as const;

export const identityRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/identity",
  validateSearch: search({
    tab: oneOf(TABS),
    /** What is open beside the rules: a type of identifier, a composite key, a link rule. */
    type: text,
    composite: text,
    rule: text,
    /** Which trial or application is shown. */
    run: text,
    before: whole,
    after: whole,
  }),
  component: lazyRouteComponent(() => import("./rules/identity-page").catch(sayIfAway), "IdentityPage"),
});

export const suspiciousRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/identity/suspicious",
  validateSearch: search({ kind: oneOf(KINDS), reviewed: flag, cursor: text }),
  component: lazyRouteComponent(() => import("./suspicious/suspicious-page").catch(sayIfAway), "SuspiciousPage"),
});

export const REVIEW_TABS = ["pairs", "settings"] as const;
export const STATUSES = ["open", "accepted", "rejected", "merged", "obsolete", "all"] as const;

export const reviewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/identity/review",
  validateSearch: search({ tab: oneOf(REVIEW_TABS), status: oneOf(STATUSES), pair: text }),
  component: lazyRouteComponent(() => import("./review/review-page").catch(sayIfAway), "ReviewPage"),
});

export const goldenRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/identity/golden-record",
  /** `trait` is open beside the list; `from` is the first row of the page that is shown. */
  validateSearch: search({ q: text, own: flag, trait: text, from: whole }),
  component: lazyRouteComponent(() => import("./golden/golden-page").catch(sayIfAway), "GoldenPage"),
});

export const identityRoutes = [identityRoute, suspiciousRoute, reviewRoute, goldenRoute];
