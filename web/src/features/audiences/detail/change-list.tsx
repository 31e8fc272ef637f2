import { Flex, Tag, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";

type Change = Schema<"ChangeOut">;

const COLORS = { added: "success", removed: "error", changed: "processing" } as const;
const show = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** What turned one definition into another, condition by condition, in words. */
export function ChangeList({ changes }: { changes: Change[] }) {
  const { t } = useTranslation("audiences");
  if (changes.length === 0) return <Typography.Text type="secondary">{t("change.none")}</Typography.Text>;
  return (
    <Flex vertical gap={10} component="ul" style={{ margin: 0, padding: 0, listStyle: "none" }}>
      {changes.map((change) => (
        <li key={change.path + change.kind}>
          <Flex gap={8} align="baseline">
            <Tag variant="filled" color={COLORS[change.kind]} style={{ flex: "none" }}>{t(`change.${change.kind}`)}</Tag>
            <div>
              {change.kind !== "added" && (
                <Typography.Text delete={change.kind === "changed"} type="secondary" style={{ display: "block" }}>
                  {change.sentence_before ?? show(change.before)}
                </Typography.Text>
              )}
              {change.kind !== "removed" && <Typography.Text style={{ display: "block" }}>{change.sentence_after ?? show(change.after)}</Typography.Text>}
              <Tooltip title={`${show(change.before)} → ${show(change.after)}`}>
                <Typography.Text type="secondary" className="mono" style={{ fontSize: 12 }}>{change.path || t("change.whole")}</Typography.Text>
              </Tooltip>
            </div>
          </Flex>
        </li>
      ))}
    </Flex>
  );
}
