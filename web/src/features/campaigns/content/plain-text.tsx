import { Collapse, Flex, Switch, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { TextField } from "./code/text-field";
import type { Arm } from "./model/block";

interface Props {
  arm: Arm;
  /** What is sent while nothing else is written. */
  derived: string;
  onChange: (fields: Partial<Arm>, key: string) => void;
}

/** The part for mail programs that show no HTML: made by itself from blocks, or written. */
export function PlainText({ arm, derived, onChange }: Props) {
  const { t } = useTranslation("campaigns");
  const isOwn = arm.text !== "";
  return (
    <Collapse
      size="small"
      items={[
        {
          key: "text",
          label: t("text.title"),
          extra: <Typography.Text type="secondary">{t(isOwn ? "text.own" : arm.blocks ? "text.derived" : "text.absent")}</Typography.Text>,
          children: (
            <Flex vertical gap={8}>
              <Flex gap={8} align="center" component="label">
                <Switch size="small" checked={isOwn} onChange={(has) => onChange({ text: has ? derived.trim() || t("text.first", { unsubscribe_url: "{{ unsubscribe_url }}" }) : "" }, "")} />
                {t("text.write")}
              </Flex>
              {isOwn && <TextField mode="text" marks="none" value={arm.text} path="text" label={t("text.title")} minHeight={120} maxHeight={360} onChange={(text) => onChange({ text }, "text")} />}
            </Flex>
          ),
        },
      ]}
    />
  );
}
