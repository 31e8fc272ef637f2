import { Flex, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { Status } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";
import type { Tag } from "../model/definition";

/** What became of the newest computation, how old the values are, and when they are computed next. */
export function RunState({ tag }: { tag: Pick<Tag, "state" | "refreshed_at" | "due_at" | "is_archived"> }) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const due = tag.due_at && !tag.is_archived ? t("state.due", { when: formats.relative(tag.due_at) }) : undefined;
  const sign =
    tag.is_archived ? <Status tone="neutral">{t("state.archived")}</Status>
    : tag.state === "failed" ? <Tooltip title={t("state.failedHint")}><span><Status tone="bad">{t("state.failed")}</Status></span></Tooltip>
    : tag.state === "computing" ? <Status tone="busy">{t("state.running")}</Status>
    : tag.state === "new" ? <Status tone="waiting">{t("state.new")}</Status>
    : null;
  return (
    <Flex gap={6} align="center" wrap>
      {sign}
      {tag.refreshed_at && <Tooltip title={due}><span style={{ whiteSpace: "nowrap" }}><Ago at={tag.refreshed_at} /></span></Tooltip>}
    </Flex>
  );
}
