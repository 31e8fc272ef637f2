import { Flex, Tag, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";

type Change = Schema<"ChangeOut">;

const COLORS = { added: "success", removed: "error", changed: "processing" } as const;
const show = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** What turned one definition into another, part by part: in words where there are any. */
export function ChangeList({ changes }: { changes: Change[] }) {
  const { t } = useTranslation("tags");
  if (changes.length === 0) return <Typography.Text type="secondary">{t("change.none")}</Typography.Text>;
  return (
    <Flex vertical gap={8} component="ul" style={{ margin: 0, padding: 0, listStyle: "none" }}>
      {changes.map((change) => {
        const before = change.sentence_before ?? show(change.before);
        const after = change.sentence_after ?? show(change.after);
        const isSame = before === after; // the words are those of the whole condition: then what stands inside tells
        return (
          <Flex key={change.path + change.kind} component="li" gap={8} align="baseline">
            <Tooltip title={change.path || t("change.whole")}>
              <Tag variant="filled" color={COLORS[change.kind]} style={{ flex: "none" }}>{t(`change.${change.kind}`)}</Tag>
            </Tooltip>
            <Flex vertical>
              {change.kind !== "added" && <Typography.Text delete={change.kind === "changed"} type="secondary">{isSame ? show(change.before) : before}</Typography.Text>}
              {change.kind !== "removed" && <Typography.Text>{isSame ? show(change.after) : after}</Typography.Text>}
              <Typography.Text type="secondary" className="mono" style={{ fontSize: 12 }}>{change.path}</Typography.Text>
            </Flex>
          </Flex>
        );
      })}
    </Flex>
  );
}
