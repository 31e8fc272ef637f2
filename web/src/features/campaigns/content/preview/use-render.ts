import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api } from "@shared/api/client";
import type { Content } from "../model/block";

/** Whose eyes the message is seen with. */
export type Viewer = { kind: "nobody" } | { kind: "worst" } | { kind: "person"; id: string };

export type Rendered = Schema<"MessageRenderOut">;

/** The value as it was when nothing had changed for a while. */
export function useSettled<Value>(value: Value, pause: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled;
}

interface Wanted {
  content: Content;
  arm: string;
  viewer: Viewer;
  name: string;
  audienceId: string | null;
}

/** The message as it is being written, and everything that is wrong with it. */
export function useRender({ content, arm, viewer, name, audienceId }: Wanted) {
  const { i18n } = useTranslation();
  // Looking with somebody's eyes is written down each time: then it follows the typing from further behind.
  const settled = useSettled(content, viewer.kind === "nobody" ? 400 : 1_500);
  const query = useQuery({
    queryKey: ["render", i18n.language, arm, viewer, audienceId, name, settled],
    queryFn: async ({ signal }): Promise<Rendered | null> => {
      const profile: Schema<"MessageRender">["profile"] =
        viewer.kind === "worst" ? { kind: "worst", audience_id: audienceId ?? "" } : viewer.kind === "person" ? viewer : { kind: "nobody" };
      const { data } = await api.POST("/api/v1/campaigns/render", { body: { content: settled, arm, name, audience_id: audienceId, profile }, signal });
      return data ?? null;
    },
    enabled: settled.arms.some((each) => each.name === arm) && !(viewer.kind === "person" && viewer.id === ""),
    placeholderData: (last) => last,
    gcTime: 0, // may hold personal data
    staleTime: Infinity,
  });
  return { ...query, isBehind: query.isFetching || settled !== content };
}
