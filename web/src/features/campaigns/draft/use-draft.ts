import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { type Schema, api, hooks } from "@shared/api/client";
import { beforeSignOut } from "@shared/session";
import { ownStore } from "@shared/session/browser-store";
import type { Arm, Content } from "../content/model/block";
import { withIds } from "../content/model/tree";
import { Editing } from "./editing";
import type { Saved } from "./saver";

export type CampaignDetail = Schema<"CampaignDetail">;

/** What the editor changes. */
export interface Draft {
  name: string;
  audience_id: string | null;
  content: Content;
}

export const campaignOptions = (id: string) =>
  hooks.queryOptions("get", "/api/v1/campaigns/{campaign_id}", { params: { path: { campaign_id: id } } });

const named = (content: Content): Content => ({
  ...content,
  arms: content.arms.map((arm) => (arm.blocks ? { ...arm, blocks: withIds(arm.blocks) } : arm)),
});

const savedOf = (campaign: CampaignDetail): Saved<Draft> => ({
  revision: campaign.revision,
  draft: { name: campaign.name, audience_id: campaign.audience_id, content: named(campaign.content) },
});

const backupPlace = (id: string) => `draft.${id}`;

/** The draft of a campaign, saved as it is edited. */
export function useDraft(campaign: CampaignDetail) {
  const queries = useQueryClient();
  const { id } = campaign;
  const [editing] = useState(() => {
    const path = { params: { path: { campaign_id: id } } };
    const remember = (answer: CampaignDetail) => {
      queries.setQueryData(campaignOptions(id).queryKey, answer);
      return savedOf(answer);
    };
    return new Editing<Draft>({
      saved: savedOf(campaign),
      backup: ownStore.readJson<Saved<Draft> | null>(backupPlace(id), null),
      keepBackup: (backup) => ownStore.write(backupPlace(id), backup && JSON.stringify(backup)),
      load: async () => {
        const { data } = await api.GET("/api/v1/campaigns/{campaign_id}", path);
        if (!data) throw new Error("no answer");
        return remember(data);
      },
      save: async (draft, base) => {
        const body: Schema<"CampaignUpdate"> = { base_revision: base.revision };
        if (draft.name.trim() && draft.name !== base.draft.name) body.name = draft.name.trim();
        if (draft.audience_id && draft.audience_id !== base.draft.audience_id) body.audience_id = draft.audience_id;
        if (draft.content !== base.draft.content) body.content = draft.content;
        const { data } = await api.PATCH("/api/v1/campaigns/{campaign_id}", { ...path, body });
        if (!data) throw new Error("no answer");
        return remember(data);
      },
    });
  });

  useEffect(() => editing.adopt(savedOf(campaign)), [editing, campaign]);
  useEffect(() => {
    const again = () => void editing.saver.flush();
    const warn = (event: BeforeUnloadEvent) => {
      if (editing.saver.isDirty) event.preventDefault();
    };
    window.addEventListener("online", again);
    const settle = beforeSignOut(() => editing.saver.flush());
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("online", again);
      settle();
      window.removeEventListener("beforeunload", warn);
      again(); // whoever goes to another screen loses nothing
    };
  }, [editing]);

  const history = useSyncExternalStore(editing.subscribe, editing.getHistory);
  const saveState = useSyncExternalStore(editing.saver.subscribe, editing.saver.getState);
  const edit = useCallback((change: (draft: Draft) => Draft, key?: string) => editing.edit(change, key), [editing]);
  const editContent = useCallback(
    (change: (content: Content) => Content, key?: string) => editing.edit((draft) => ({ ...draft, content: change(draft.content) }), key),
    [editing],
  );
  const editArm = useCallback(
    (index: number, change: (arm: Arm) => Arm, key?: string) =>
      editContent((content) => ({ ...content, arms: content.arms.map((arm, at) => (at === index ? change(arm) : arm)) }), key && `${index}.${key}`),
    [editContent],
  );
  return { editing, history, draft: history.present, saveState, edit, editContent, editArm };
}

export type DraftEditor = ReturnType<typeof useDraft>;
