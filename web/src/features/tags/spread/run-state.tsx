import { Flex, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { Status } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";
import type { Tag } from "../model/definition";

/** Whether the values are as defined, how old they are, and when they are computed next. */
export function RunState({ tag }: { tag: Pick<Tag, "last_run" | "refreshed_at" | "due_at" | "version" | "values_version" | "run" | "is_archived"> }) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const { last_run: last, refreshed_at: at } = tag;
  const isOld = tag.values_version !== null && tag.values_version !== tag.version;
  const due = tag.due_at && !tag.is_archived ? t("state.due", { when: formats.relative(tag.due_at) }) : undefined;
  const sign =
    tag.is_archived ? <Status tone="neutral">{t("state.archived")}</Status>
    : last?.state === "failed" ? <Tooltip title={[last.error?.message, last.error?.cure].filter(Boolean).join(" ")}><span><Status tone="bad">{t("state.failed")}</Status></span></Tooltip>
    : last?.state === "running" || (last === null && tag.run === null) ? <Status tone="busy">{t("state.running")}</Status>
    : isOld ? <Status tone="warning">{t("state.old", { version: tag.values_version })}</Status>
    : null;
  return (
    <Flex gap={6} align="center" wrap>
      {sign}
      {at && <Tooltip title={due}><span style={{ whiteSpace: "nowrap" }}><Ago at={at} /></span></Tooltip>}
    </Flex>
  );
}
