import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, redirect } from "@tanstack/react-router";
import { api } from "../api/client";
import { asProblem } from "../api/problem";
import { setFormatDefaults } from "../format";
import { meOptions } from "../session";
import { setStoreOwner } from "../session/browser-store";

/** Everything. The app gives both of these their components; features hang their routes on them. */
export const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()();

/** Screens of a signed-in user, with the navigation around them. Others are led to sign in, or to the first set-up. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  beforeLoad: async ({ context, location }) => {
    try {
      const { id, workspace } = await context.queries.ensureQueryData(meOptions());
      setFormatDefaults(workspace);
      setStoreOwner(id, workspace.id);
    } catch (thrown) {
      if (asProblem(thrown).status !== 401) throw thrown;
      const { data } = await api.GET("/api/v1/bootstrap");
      if (data && !data.is_set_up) throw redirect({ to: "/setup" });
      throw redirect({ to: "/login", search: { next: location.href } });
    }
  },
});
