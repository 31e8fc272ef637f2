import { Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";

interface Props {
  sentence: string | null | undefined;
  levels: Schema<"LevelSentence">[] | null | undefined;
}

/** A definition as people say it. */
export function InWords({ sentence, levels }: Props) {
  const { t } = useTranslation("tags");
  if (!levels) return <Typography.Paragraph style={{ margin: 0 }}>{sentence}</Typography.Paragraph>;
  return (
    <ol style={{ margin: 0, paddingInlineStart: 22 }}>
      {levels.map((level, index) => (
        <li key={index} style={{ marginBottom: 4 }}>
          <Tag variant="filled" style={{ fontWeight: 600, whiteSpace: "normal", marginInlineEnd: 6 }}>{level.value}</Tag><Typography.Text>{level.sentence ?? t("detail.everybodyElse")}</Typography.Text>
        </li>
      ))}
    </ol>
  );
}
