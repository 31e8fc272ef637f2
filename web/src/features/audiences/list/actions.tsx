import { MoreOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { useMay } from "@shared/session";
import { useTell } from "@shared/ui/use-tell";
import type { Audience } from "./columns";

/** What can be done with audiences, here and on their own page. */
export function useAudienceActions() {
  const { t } = useTranslation("audiences");
  const tell = useTell();
  const queries = useQueryClient();
  const forget = () => queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/audiences") });
  const path = (id: string) => ({ params: { path: { audience_id: id } } });
  const named = (rows: Pick<Audience, "name">[]) => ({ count: rows.length, name: rows[0]?.name ?? "" });

  /** Calls for each; what fails is told, what succeeded stays. */
  const each = async (rows: Pick<Audience, "id">[], call: (id: string) => Promise<unknown>) => {
    const results = await Promise.allSettled(rows.map((row) => call(row.id)));
    const failed = results.find((result) => result.status === "rejected");
    await forget();
    if (failed) tell.failed(failed.reason);
    return results.filter((result) => result.status === "fulfilled").length;
  };
  const unarchive = async (rows: Pick<Audience, "id" | "name">[]) => {
    const count = await each(rows, (id) => api.POST("/api/v1/audiences/{audience_id}/unarchive", path(id)));
    if (count > 0) tell.done(t(count === 1 ? "done.unarchived" : "done.unarchivedMany", { ...named(rows), count }));
  };
  const archive = async (rows: Pick<Audience, "id" | "name">[]) => {
    const gone: typeof rows = [];
    const count = await each(rows, async (id) => {
      await api.POST("/api/v1/audiences/{audience_id}/archive", path(id));
      gone.push(...rows.filter((row) => row.id === id));
    });
    if (count > 0) tell.done(t(count === 1 ? "done.archived" : "done.archivedMany", { ...named(gone), count }), { undo: () => void unarchive(gone) });
  };
  const refresh = async (rows: Pick<Audience, "id" | "name">[]) => {
    const count = await each(rows, (id) => api.POST("/api/v1/audiences/{audience_id}/refresh", path(id)));
    if (count > 0) tell.done(t(count === 1 ? "done.refreshing" : "done.refreshingMany", { ...named(rows), count }));
  };
  return { archive, unarchive, refresh };
}

export function RowActions({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const navigate = useNavigate();
  const mayWrite = useMay("audiences:write");
  const actions = useAudienceActions();
  if (!mayWrite) return null;
  const items = audience.is_archived
    ? [{ key: "unarchive", label: t("action.unarchive"), onClick: () => void actions.unarchive([audience]) }]
    : [
        { key: "edit", label: t("action.edit"), onClick: () => void navigate({ to: "/audiences/$audienceId/edit", params: { audienceId: audience.id } }) },
        { key: "refresh", label: t("action.refresh"), onClick: () => void actions.refresh([audience]) },
        { key: "duplicate", label: t("action.duplicate"), onClick: () => void navigate({ to: "/audiences/new", search: { from: audience.id } }) },
        { key: "archive", label: t("action.archive"), onClick: () => void actions.archive([audience]) },
      ];
  return (
    <Dropdown menu={{ items }} trigger={["click"]} placement="bottomRight">
      <Button type="text" size="small" icon={<MoreOutlined />} aria-label={t("action.more", { name: audience.name })} />
    </Dropdown>
  );
}

interface BulkProps {
  rows: Audience[];
  isArchived: boolean;
  onDone: () => void;
}

export function BulkActions({ rows, isArchived, onDone }: BulkProps) {
  const { t } = useTranslation("audiences");
  const actions = useAudienceActions();
  const run = (action: (rows: Audience[]) => Promise<void>) => () => void action(rows).then(onDone);
  if (isArchived) return <Button size="small" onClick={run(actions.unarchive)}>{t("action.unarchive")}</Button>;
  return (
    <>
      <Button size="small" onClick={run(actions.refresh)}>{t("action.refresh")}</Button>
      <Button size="small" onClick={run(actions.archive)}>{t("action.archive")}</Button>
    </>
  );
}
