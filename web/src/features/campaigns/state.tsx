import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { Status, type Tone } from "@shared/ui/status";

export const STATES = ["draft", "scheduled", "checking", "sending", "paused", "done", "cancelled"] as const;
export type State = Schema<"CampaignOut">["state"];

const TONES: Record<State, Tone> = {
  draft: "neutral", scheduled: "waiting", checking: "busy", sending: "busy", paused: "paused", done: "good", cancelled: "bad",
};

/** The state of a campaign with its sign. */
export function CampaignState({ state }: { state: State }) {
  const { t } = useTranslation("campaigns");
  return <Status tone={TONES[state]}>{t(`state.${state}`)}</Status>;
}
