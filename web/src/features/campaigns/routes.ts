import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { sayIfAway } from "@shared/routing/away";
import { shellRoute } from "@shared/routing/root";
import { flag, oneOf, search, text } from "@shared/routing/search";
import { STEPS } from "./draft/place";
import { STAGES } from "./report/stages";
import { STATES } from "./state";

export const campaignsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/campaigns",
  validateSearch: search({ q: text, state: oneOf(STATES), archived: flag, cursor: text }),
  component: lazyRouteComponent(() => import("./campaigns-page").catch(sayIfAway), "CampaignsPage"),
});

export const newCampaignRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/campaigns/new",
  validateSearch: search({ audience: text }),
  component: lazyRouteComponent(() => import("./new-campaign-page").catch(sayIfAway), "NewCampaignPage"),
});

export const campaignRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/campaigns/$campaignId",
  validateSearch: search({ step: oneOf(STEPS), arm: text, people: text }),
  component: lazyRouteComponent(() => import("./campaign-page").catch(sayIfAway), "CampaignPage"),
});

export const campaignReportRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/campaigns/$campaignId/report",
  // The people behind a number: which number, of which arm.
  validateSearch: search({ stage: oneOf(STAGES), arm: text, reason: text }),
  component: lazyRouteComponent(() => import("./report-page").catch(sayIfAway), "ReportPage"),
});

export const campaignsRoutes = [campaignsRoute, newCampaignRoute, campaignRoute, campaignReportRoute];
