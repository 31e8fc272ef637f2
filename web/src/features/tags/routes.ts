import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { sayIfAway } from "@shared/routing/away";
import { shellRoute } from "@shared/routing/root";
import { flag, oneOf, search, text, whole } from "@shared/routing/search";

export const tagsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tags",
  validateSearch: search({ q: text, archived: flag, kind: oneOf(["rule", "statistic"]), failed: flag, sort: oneOf(["name", "coverage", "refreshed"]), cursor: text }),
  component: lazyRouteComponent(() => import("./list/tags-page").catch(sayIfAway), "TagsPage"),
});

export const newTagRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tags/new",
  // Begin with the definition of another tag.
  validateSearch: search({ from: text, kind: oneOf(["rule", "statistic"]) }),
  component: lazyRouteComponent(() => import("./editor/tag-editor-page").catch(sayIfAway), "NewTagPage"),
});

export const tagRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tags/$tagId",
  validateSearch: search({
    tab: oneOf(["overview", "people", "versions", "runs"]),
    /** Which part of the distribution: its people stand beside the overview, or in the tab of people. */
    slice: text,
    cursor: text,
    before: whole,
    after: whole,
  }),
  component: lazyRouteComponent(() => import("./detail/tag-page").catch(sayIfAway), "TagPage"),
});

export const editTagRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tags/$tagId/edit",
  component: lazyRouteComponent(() => import("./editor/tag-editor-page").catch(sayIfAway), "EditTagPage"),
});

export const tagsRoutes = [tagsRoute, newTagRoute, tagRoute, editTagRoute];
