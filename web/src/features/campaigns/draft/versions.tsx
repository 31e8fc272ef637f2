import { HistoryOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Drawer, Flex, Form, Input, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, hooks } from "@shared/api/client";
import { EmptyState } from "@shared/ui/empty-state";
import { QueryView } from "@shared/ui/query-view";
import { Ago } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";
import { type DraftEditor, campaignOptions } from "./use-draft";

interface Props {
  campaignId: string;
  editor: DraftEditor;
}

/** Contents that were kept under a name, to go back to. */
export function Versions({ campaignId, editor }: Props) {
  const { t } = useTranslation("campaigns");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon={<HistoryOutlined />} onClick={() => setOpen(true)}>{t("versions.title")}</Button>
      <Drawer open={isOpen} onClose={() => setOpen(false)} title={t("versions.title")} size={420} destroyOnHidden>
        <List campaignId={campaignId} editor={editor} onBack={() => setOpen(false)} />
      </Drawer>
    </>
  );
}

function List({ campaignId, editor, onBack }: Props & { onBack: () => void }) {
  const { t } = useTranslation("campaigns");
  const tell = useTell();
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState<number | "keep" | null>(null);
  const { editing, editContent } = editor;
  const path = { campaign_id: campaignId };
  const query = hooks.useQuery("get", "/api/v1/campaigns/{campaign_id}/versions", { params: { path } });
  const kept = (query.data?.items ?? []).filter((version) => version.note !== null || version.is_launched);

  const attempt = async (what: number | "keep", action: () => Promise<void>) => {
    setBusy(what);
    try {
      await action();
    } catch (problem) {
      tell.failed(problem);
    } finally {
      setBusy(null);
    }
  };
  const keep = () =>
    attempt("keep", async () => {
      if (!(await editing.saver.flush())) return;
      const { data } = await api.PATCH("/api/v1/campaigns/{campaign_id}", { params: { path }, body: { base_revision: editing.saver.saved.revision, note: note.trim() } });
      if (data) queries.setQueryData(campaignOptions(campaignId).queryKey, data);
      setNote("");
      await query.refetch();
    });
  const goBack = (version: number) =>
    attempt(version, async () => {
      const { data } = await api.GET("/api/v1/campaigns/{campaign_id}/versions/{version}", { params: { path: { ...path, version } } });
      if (!data) return;
      editContent(() => data.content);
      onBack();
      tell.done(t("versions.back", { version }), { undo: () => editing.undo() });
    });

  return (
    <Flex vertical gap={16}>
      <Form layout="vertical" onFinish={() => void keep()}>
        <Form.Item label={t("versions.keep")} htmlFor="version-note" extra={t("versions.keepHint")} style={{ marginBottom: 8 }}>
          <Flex gap={8}>
            <Input id="version-note" maxLength={200} value={note} placeholder={t("versions.note")} onChange={(event) => setNote(event.target.value)} />
            <Button htmlType="submit" loading={busy === "keep"} disabled={!note.trim()}>{t("versions.keepNow")}</Button>
          </Flex>
        </Form.Item>
      </Form>
      <QueryView query={query} isEmpty={() => kept.length === 0} empty={<EmptyState title={t("versions.none")} hint={t("versions.noneHint")} />}>
        {() => (
          <Flex vertical gap={12} role="list">
            {kept.map((version) => (
              <Flex key={version.version} role="listitem" justify="space-between" align="center" gap={12}>
                <div>
                  <div>{version.note ?? t("versions.number", { version: version.version })} {version.is_launched && <Tag>{t("facts.launched")}</Tag>}</div>
                  <Typography.Text type="secondary"><Ago at={version.saved_at} /></Typography.Text>
                </div>
                <Button size="small" loading={busy === version.version} onClick={() => void goBack(version.version)}>{t("versions.goBack")}</Button>
              </Flex>
            ))}
          </Flex>
        )}
      </QueryView>
    </Flex>
  );
}
