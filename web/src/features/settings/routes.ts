import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { sayIfAway } from "@shared/routing/away";
import { shellRoute } from "@shared/routing/root";
import { oneOf, search, text } from "@shared/routing/search";

export const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/settings",
  beforeLoad: () => {
    throw redirect({ to: "/settings/$section", params: { section: "workspace" }, replace: true });
  },
});

export const settingsSectionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/settings/$section",
  validateSearch: search({
    action: text, actor: text, target: text, cursor: text,
    state: oneOf(["queued", "running", "succeeded", "failed", "cancelled", "superseded"]),
  }),
  component: lazyRouteComponent(() => import("./settings-page").catch(sayIfAway), "SettingsPage"),
});

export const settingsRoutes = [settingsRoute, settingsSectionRoute];
