import { Button, Flex, Input, Modal, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTell } from "@shared/ui/use-tell";
import { useTry } from "../impact/try-button";
import { Differences } from "./status-panel";
import type { Work } from "./use-work";

/** What is changed and not kept: below, on every tab, until it is. */
export function SaveBar({ work }: { work: Work }) {
  const { t } = useTranslation("identity");
  const tell = useTell();
  const tryOut = useTry();
  const [note, setNote] = useState("");
  const { theirs, changes, isSaving } = work;
  const keep = async (isTried: boolean, isOnTop = false) => {
    const version = await work.save(note.trim(), isOnTop);
    if (version === null) return;
    setNote("");
    tell.done(t("save.done", { version }));
    if (isTried) await tryOut.start(version);
  };
  if (changes.length === 0) return null;
  return (
    <section className="identity-save" aria-label={t("save.title")}>
      <Flex gap={10} align="center" wrap>
        <Typography.Text strong aria-live="polite">{t("save.count", { count: changes.length })}</Typography.Text>
        <Input value={note} maxLength={200} placeholder={t("save.note")} aria-label={t("save.note")} style={{ flex: 1, minWidth: 160 }} onChange={(event) => setNote(event.target.value)} />
        <Button onClick={work.revert}>{t("save.revert")}</Button>
        <Button loading={isSaving} onClick={() => void keep(false)}>{t("save.keep")}</Button>
        <Button type="primary" loading={isSaving || tryOut.isPending} onClick={() => void keep(true)}>{t("save.keepAndTry")}</Button>
      </Flex>
      {theirs && (
        <Modal
          open
          width={600}
          title={t("conflict.title", { version: theirs.version })}
          onCancel={work.forgetTheirs}
          footer={[
            <Button key="back" onClick={work.forgetTheirs}>{t("conflict.back")}</Button>,
            <Button key="theirs" onClick={() => { work.revert(); void work.refresh(); }}>{t("conflict.theirs")}</Button>,
            <Button key="mine" type="primary" loading={isSaving} onClick={() => { work.forgetTheirs(); void keep(false, true); }}>{t("conflict.mine")}</Button>,
          ]}
        >
          <Typography.Paragraph>{t("conflict.text")}</Typography.Paragraph>
          <Differences before={work.version} after={theirs.version} none={<Typography.Text type="secondary">{t("versions.same")}</Typography.Text>} />
        </Modal>
      )}
    </section>
  );
}
