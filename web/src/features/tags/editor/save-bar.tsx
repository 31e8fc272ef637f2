import { Alert, Button, Flex, Tooltip } from "antd";
import { useTranslation } from "react-i18next";

interface Props {
  isNew: boolean;
  isChanged: boolean;
  isSaving: boolean;
  onSave: () => void;
  onCancel: () => void;
}

export function SaveBar({ isNew, isChanged, isSaving, onSave, onCancel }: Props) {
  const { t } = useTranslation("tags");
  return (
    <Flex gap={8}>
      <Button onClick={onCancel}>{t("editor.cancel")}</Button>
      <Tooltip title={isChanged || isNew ? t("editor.saveKey") : t("editor.nothingChanged")}>
        <Button type="primary" style={{ flex: 1 }} loading={isSaving} disabled={!isChanged && !isNew} onClick={onSave}>
          {isNew ? t("editor.create") : t("editor.save")}
        </Button>
      </Tooltip>
    </Flex>
  );
}

/** What is still missing before it can be saved. */
export function Todo({ missesName, count }: { missesName: boolean; count: number }) {
  const { t } = useTranslation("tags");
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      title={t("editor.todo")}
      description={
        <ul style={{ margin: 0, paddingInlineStart: 18 }}>
          {missesName && <li><Button type="link" size="small" style={{ padding: 0, height: "auto" }} onClick={() => document.getElementById("tag-name")?.focus()}>{t("editor.missesName")}</Button></li>}
          {count > 0 && <li>{t("editor.open", { count })}</li>}
        </ul>
      }
    />
  );
}
