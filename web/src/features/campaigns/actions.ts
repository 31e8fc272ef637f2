import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Schema, api } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useConfirm } from "@shared/ui/confirm";
import { useTell } from "@shared/ui/use-tell";
import { campaignOptions } from "./draft/use-draft";

type Campaign = Pick<Schema<"CampaignOut">, "id" | "name" | "state" | "archived_at" | "sent" | "scheduled_at">;

/** What can be done with a campaign in its state. */
export function possible({ state, archived_at }: Campaign) {
  const isOver = state === "done" || state === "cancelled";
  return {
    pause: state === "scheduled" || state === "sending",
    resume: state === "paused",
    cancel: ["scheduled", "checking", "sending", "paused"].includes(state),
    archive: archived_at === null && (isOver || state === "draft"),
    restore: archived_at !== null,
    report: !["draft", "scheduled"].includes(state),
  };
}

/** Acts on campaigns: asks first where it cannot be undone, offers the way back where it can. */
export function useCampaignActions() {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const tell = useTell();
  const confirm = useConfirm();
  const queries = useQueryClient();
  const navigate = useNavigate();

  const keep = (answer: Schema<"CampaignDetail"> | undefined) => {
    if (answer) queries.setQueryData(campaignOptions(answer.id).queryKey, answer);
    void queries.invalidateQueries({ queryKey: ["get", "/api/v1/campaigns"] });
    void queries.invalidateQueries({ queryKey: ["get", "/api/v1/campaigns/{campaign_id}/progress"] });
  };
  const call = async (action: "pause" | "resume" | "cancel" | "archive" | "restore", { id }: Campaign) => {
    const { data } = await api.POST(`/api/v1/campaigns/{campaign_id}/${action}`, { params: { path: { campaign_id: id } } });
    keep(data);
  };
  const attempt = async (action: "pause" | "resume" | "archive" | "restore", campaign: Campaign, done: string, undo?: () => void) => {
    try {
      await call(action, campaign);
      tell.done(done, { undo });
    } catch (problem) {
      tell.failed(problem);
    }
  };
  const pause = (campaign: Campaign) => attempt("pause", campaign, t("action.paused", { name: campaign.name }), () => void resume(campaign));
  const resume = (campaign: Campaign) => attempt("resume", campaign, t("action.resumed", { name: campaign.name }));
  const archive = (campaign: Campaign): Promise<void> => attempt("archive", campaign, t("action.archived", { name: campaign.name }), () => void restore(campaign));
  const restore = (campaign: Campaign): Promise<void> => attempt("restore", campaign, t("action.restored", { name: campaign.name }), () => void archive(campaign));

  /** Those that can be put away, all at once. */
  const archiveAll = async (campaigns: readonly Campaign[]) => {
    const chosen = campaigns.filter((each) => possible(each).archive);
    try {
      await Promise.all(chosen.map((each) => call("archive", each)));
      tell.done(t("action.archivedAll", { count: chosen.length }), { undo: () => void Promise.all(chosen.map((each) => call("restore", each))).catch(tell.failed) });
    } catch (problem) {
      tell.failed(problem);
    }
  };

  return {
    pause,
    archive,
    archiveAll,
    restore,
    resume: (campaign: Campaign) =>
      confirm({
        title: t("action.resumeAsk", { name: campaign.name }),
        impact: campaign.scheduled_at && Date.parse(campaign.scheduled_at) > Date.now()
          ? t("action.resumeLater", { time: formats.dateTime(campaign.scheduled_at) })
          : t("action.resumeImpact"),
        action: t("action.resume"),
        onConfirm: () => resume(campaign),
      }),
    cancel: (campaign: Campaign) =>
      confirm({
        title: t("action.cancelAsk", { name: campaign.name }),
        impact: campaign.sent > 0 ? t("action.cancelSent", { count: campaign.sent, number: formats.number(campaign.sent) }) : t("action.cancelUnsent"),
        action: t("action.cancel"),
        typed: campaign.sent > 0 ? campaign.name : undefined,
        onConfirm: async () => {
          try {
            await call("cancel", campaign);
            tell.done(t("action.cancelled", { name: campaign.name }));
          } catch (problem) {
            tell.failed(problem);
          }
        },
      }),
    duplicate: async ({ id }: Campaign) => {
      try {
        const { data } = await api.POST("/api/v1/campaigns/{campaign_id}/duplicate", { params: { path: { campaign_id: id } } });
        if (!data) return;
        keep(data);
        await navigate({ to: "/campaigns/$campaignId", params: { campaignId: data.id }, search: {} });
        tell.done(t("action.duplicated"));
      } catch (problem) {
        tell.failed(problem);
      }
    },
  };
}
