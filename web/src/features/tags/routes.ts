import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@shared/routing/root";

export const tagsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tags",
  component: lazyRouteComponent(() => import("./tags-page"), "TagsPage"),
});

export const newTagRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tags/new",
  component: lazyRouteComponent(() => import("./tag-editor-page"), "NewTagPage"),
});

export const tagRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tags/$tagId",
  component: lazyRouteComponent(() => import("./tag-page"), "TagPage"),
});

export const editTagRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tags/$tagId/edit",
  component: lazyRouteComponent(() => import("./tag-editor-page"), "EditTagPage"),
});

export const tagsRoutes = [tagsRoute, newTagRoute, tagRoute, editTagRoute];
