import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { sayIfAway } from "@shared/routing/away";
import { shellRoute } from "@shared/routing/root";
import { search, text } from "@shared/routing/search";

export const accountsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/accounts",
  // `people`: whose people are shown beside the list.
  validateSearch: search({ q: text, kind: text, cursor: text, people: text }),
  component: lazyRouteComponent(() => import("./accounts-page").catch(sayIfAway), "AccountsPage"),
});

export const accountRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/accounts/$accountId",
  validateSearch: search({ cursor: text }),
  component: lazyRouteComponent(() => import("./account-page").catch(sayIfAway), "AccountPage"),
});

export const accountsRoutes = [accountsRoute, accountRoute];
