import { useTranslation } from "react-i18next";
import { TextField } from "./code/text-field";
import type { Arm } from "./model/block";

interface Props {
  arm: Arm;
  onChange: (fields: Partial<Arm>, key: string) => void;
}

/** The whole message as HTML, for those who write it. */
export function HtmlEditor({ arm, onChange }: Props) {
  const { t } = useTranslation("campaigns");
  return (
    <TextField mode="html" marks="none" value={arm.html} path="html" label={t("field.html")} placeholder={t("field.htmlHint")} minHeight={420} maxHeight={640} onChange={(html) => onChange({ html }, "html")} />
  );
}
