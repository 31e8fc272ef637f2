import { Flex, InputNumber, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { WHOLE } from "./model";
import { smallestEffect } from "./power";

interface Props {
  /** People in the audience, if it was computed. */
  size: number | null;
  /** Their share without a message, in tenths of a percent. */
  held: number;
}

/** How small an effect the chosen holdout lets one see. */
export function Advice({ size, held }: Props) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const [base, setBase] = useState(5);
  if (!size || held === 0) return null;
  const inHoldout = (size * held) / WHOLE;
  const effect = smallestEffect(base / 100, size - inHoldout, inHoldout);
  return (
    <Flex vertical gap={6}>
      <Flex gap={8} align="center" wrap component="label">
        {t("holdout.base")}
        <InputNumber size="small" min={0.1} max={90} step={1} value={base} suffix="%" style={{ width: 84 }} onChange={(value) => value && setBase(value)} />
      </Flex>
      <Typography.Text type={effect === null ? "warning" : undefined} aria-live="polite">
        {effect === null
          ? t("holdout.tooFew")
          : t("holdout.effect", { points: formats.number(effect * 100, 2), relative: formats.percent(effect / (base / 100), 0) })}
      </Typography.Text>
      <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t("holdout.how")}</Typography.Text>
    </Flex>
  );
}
