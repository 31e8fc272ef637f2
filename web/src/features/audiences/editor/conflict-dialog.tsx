import { Button, Flex, Modal, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { QueryView } from "@shared/ui/query-view";
import { Ago } from "@shared/ui/time";
import { ChangeList } from "../detail/change-list";
import type { Audience } from "./model";

interface Props {
  base: Audience;
  theirs: Audience;
  /** The own rule in words. */
  mine: string;
  isSaving: boolean;
  onClose: () => void;
  onTheirs: (theirs: Audience) => void;
  onMine: (theirs: Audience) => void;
}

/** Somebody else saved meanwhile: what they changed, and whose rule goes on. */
export function ConflictDialog({ base, theirs, mine, isSaving, onClose, onTheirs, onMine }: Props) {
  const { t } = useTranslation("audiences");
  const query = hooks.useQuery("get", "/api/v1/audiences/{audience_id}/diff", {
    params: { path: { audience_id: base.id }, query: { before: base.version, after: theirs.version } },
  });
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
          <Typography.Text strong>{t("conflict.theirRule", { version: theirs.version })}</Typography.Text> <Ago at={theirs.updated_at} />
          <Typography.Paragraph style={{ margin: 0 }}>{theirs.sentence}</Typography.Paragraph>
          <QueryView query={query}>{(diff) => <ChangeList changes={diff.changes} />}</QueryView>
        </div>
        <div>
          <Typography.Text strong>{t("conflict.myRule")}</Typography.Text>
          <Typography.Paragraph style={{ margin: 0 }}>{mine}</Typography.Paragraph>
        </div>
      </Flex>
    </Modal>
  );
}
