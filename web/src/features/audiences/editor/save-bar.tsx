import { Button, Flex, Tooltip } from "antd";
import { useTranslation } from "react-i18next";

interface Props {
  isNew: boolean;
  isChanged: boolean;
  isSaving: boolean;
  onSave: () => void;
  onCancel: () => void;
}

export function SaveBar({ isNew, isChanged, isSaving, onSave, onCancel }: Props) {
  const { t } = useTranslation("audiences");
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
