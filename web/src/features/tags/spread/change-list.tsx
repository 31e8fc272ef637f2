import { Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";

type Change = Schema<"ChangeOut">;

const COLORS = { added: "success", removed: "error", changed: "processing" } as const;
const show = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** What turned one definition into another, part by part. */
export function ChangeList({ changes }: { changes: Change[] }) {
  const { t } = useTranslation("tags");
  if (changes.length === 0) return <Typography.Text type="secondary">{t("change.none")}</Typography.Text>;
  return (
    <Flex vertical gap={6} role="list">
      {changes.map((change) => (
        <Flex key={change.path + change.kind} gap={8} align="baseline" wrap role="listitem">
          <Tag variant="filled" color={COLORS[change.kind]}>{t(`change.${change.kind}`)}</Tag>
          <Typography.Text code>{change.path || t("change.whole")}</Typography.Text>
          {change.kind !== "added" && <Typography.Text delete={change.kind === "changed"} type="secondary">{show(change.before)}</Typography.Text>}
          {change.kind !== "removed" && <Typography.Text>{show(change.after)}</Typography.Text>}
        </Flex>
      ))}
    </Flex>
  );
}
