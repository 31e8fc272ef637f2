import { Button, Flex, Modal, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { ChangedParts } from "./changed-parts";
import type { DraftEditor } from "./use-draft";

/** Somebody else has saved the same draft: what differs, and whose goes on. */
export function ConflictDialog({ editor }: { editor: DraftEditor }) {
  const { t } = useTranslation("campaigns");
  const { saveState, editing, draft } = editor;
  if (saveState.kind !== "conflict") return null;
  return (
    <Modal
      open
      closable={false}
      title={t("conflict.title")}
      width={560}
      footer={
        <Flex gap={8} justify="end" wrap>
          <Button onClick={() => editing.resolve("theirs")}>{t("conflict.theirs")}</Button>
          <Button type="primary" onClick={() => editing.resolve("mine")}>{t("conflict.mine")}</Button>
        </Flex>
      }
    >
      <Typography.Paragraph>{t("conflict.text")}</Typography.Paragraph>
      <ChangedParts before={saveState.theirs.draft} after={draft} />
    </Modal>
  );
}
