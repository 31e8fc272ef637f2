import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@shared/routing/root";

export const audiencesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audiences",
  component: lazyRouteComponent(() => import("./audiences-page"), "AudiencesPage"),
});

export const newAudienceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audiences/new",
  component: lazyRouteComponent(() => import("./audience-editor-page"), "NewAudiencePage"),
});

export const audienceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audiences/$audienceId",
  component: lazyRouteComponent(() => import("./audience-page"), "AudiencePage"),
});

export const editAudienceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audiences/$audienceId/edit",
  component: lazyRouteComponent(() => import("./audience-editor-page"), "EditAudiencePage"),
});

export const audiencesRoutes = [audiencesRoute, newAudienceRoute, audienceRoute, editAudienceRoute];
