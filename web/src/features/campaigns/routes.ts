import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@shared/routing/root";

export const campaignsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/campaigns",
  component: lazyRouteComponent(() => import("./campaigns-page"), "CampaignsPage"),
});

export const campaignRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/campaigns/$campaignId",
  component: lazyRouteComponent(() => import("./campaign-page"), "CampaignPage"),
});

export const campaignReportRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/campaigns/$campaignId/report",
  component: lazyRouteComponent(() => import("./report-page"), "ReportPage"),
});

export const campaignsRoutes = [campaignsRoute, campaignRoute, campaignReportRoute];
