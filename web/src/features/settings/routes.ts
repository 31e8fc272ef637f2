import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "@shared/routing/root";

export const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("./settings-page"), "SettingsPage"),
});

export const settingsSectionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/settings/$section",
  component: lazyRouteComponent(() => import("./settings-page"), "SettingsSectionPage"),
});

export const settingsRoutes = [settingsRoute, settingsSectionRoute];
