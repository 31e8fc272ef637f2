import { Flex, Progress, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";

const CLIP = 102 * 1_024; // Gmail shows no more of a message

/** How much of what mail programs show is used up. */
export function SizeMeter({ bytes }: { bytes: number }) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const isOver = bytes > CLIP;
  return (
    <Flex gap={10} align="center">
      <Typography.Text type={isOver ? "danger" : "secondary"} style={{ whiteSpace: "nowrap" }}>
        {t(isOver ? "size.over" : "size.of", { size: formats.number(bytes / 1_024, 1) })}
      </Typography.Text>
      <Progress percent={Math.min(100, (100 * bytes) / CLIP)} status={isOver ? "exception" : "normal"} showInfo={false} size="small" aria-label={t("size.label")} style={{ flex: 1, minWidth: 60 }} />
    </Flex>
  );
}
