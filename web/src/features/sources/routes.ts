import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { sayIfAway } from "@shared/routing/away";
import { shellRoute } from "@shared/routing/root";
import { flag, oneOf, search, text } from "@shared/routing/search";

export const TABS = ["connect", "test", "health", "settings"] as const;
export const PERIODS = ["hour", "day", "week"] as const;

export const sourcesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/sources",
  validateSearch: search({ q: text, create: flag }),
  component: lazyRouteComponent(() => import("./sources-page").catch(sayIfAway), "SourcesPage"),
});

export const IMPORT_TABS = ["history", "try"] as const;

export const importsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/sources/imports",
  validateSearch: search({ tab: oneOf(IMPORT_TABS), cursor: text, open: text }),
  component: lazyRouteComponent(() => import("./imports/imports-page").catch(sayIfAway), "ImportsPage"),
});

export const sourceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/sources/$sourceId",
  validateSearch: search({ tab: oneOf(TABS), language: text, period: oneOf(PERIODS) }),
  component: lazyRouteComponent(() => import("./source-page").catch(sayIfAway), "SourcePage"),
});

export const sourcesRoutes = [sourcesRoute, importsRoute, sourceRoute];
