import { Button, Flex, Modal, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { QueryView } from "@shared/ui/query-view";
import { Ago } from "@shared/ui/time";
import type { Tag } from "../model/definition";
import { ChangeList } from "../spread/change-list";
import { InWords } from "../spread/in-words";

interface Props {
  base: Tag;
  theirs: Tag;
  isSaving: boolean;
  onClose: () => void;
  onTheirs: (theirs: Tag) => void;
  onMine: (theirs: Tag) => void;
}

/** Somebody else saved meanwhile: what they changed, and whose definition goes on. */
export function ConflictDialog({ base, theirs, isSaving, onClose, onTheirs, onMine }: Props) {
  const { t } = useTranslation("tags");
  const query = hooks.useQuery("get", "/api/v1/tags/{tag_id}/diff", { params: { path: { tag_id: base.id }, query: { before: base.version, after: theirs.version } } });
  return (
    <Modal
      open
      width={640}
      title={t("conflict.title", { version: theirs.version })}
      onCancel={onClose}
      footer={[
        <Button key="back" onClick={onClose}>{t("conflict.back")}</Button>,
        <Button key="theirs" onClick={() => onTheirs(theirs)}>{t("conflict.theirs")}</Button>,
        <Button key="mine" type="primary" loading={isSaving} onClick={() => onMine(theirs)}>{t("conflict.mine", { version: theirs.version + 1 })}</Button>,
      ]}
    >
      <Flex vertical gap={12}>
        <Typography.Text>{t("conflict.text")}</Typography.Text>
        <div>
          <Typography.Text strong>{t("conflict.theirDefinition", { version: theirs.version })}</Typography.Text> <Ago at={theirs.updated_at} />
          <InWords sentence={theirs.sentence} levels={theirs.levels} />
        </div>
        <div>
          <Typography.Text strong>{t("conflict.changes")}</Typography.Text>
          <QueryView query={query}>{(diff) => <ChangeList changes={diff.changes} />}</QueryView>
        </div>
      </Flex>
    </Modal>
  );
}
