import { CheckOutlined, CloudSyncOutlined, ExclamationCircleFilled, LoadingOutlined } from "@ant-design/icons";
import { Button, Flex, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { OFFLINE } from "@shared/api/problem";
import { useFormats } from "@shared/format";
import { useNow } from "@shared/ui/time";
import type { DraftEditor } from "./use-draft";

/** Whether the server has what was written, in a few words. */
export function SaveStatus({ editor }: { editor: DraftEditor }) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const now = useNow(5_000);
  const { saveState: state, editing } = editor;
  const retry = () => void editing.saver.flush();

  if (state.kind === "failed") {
    const isAway = state.problem.status === OFFLINE;
    return (
      <Flex gap={6} align="center" role="alert">
        <Tooltip title={isAway ? t("save.awayHint") : [state.problem.message, state.problem.cure].filter(Boolean).join(" ")}>
          <Typography.Text type="danger"><ExclamationCircleFilled /> {t(isAway ? "save.away" : "save.failed")}</Typography.Text>
        </Tooltip>
        <Button size="small" onClick={retry}>{t("save.retry")}</Button>
      </Flex>
    );
  }
  const words = {
    saved: () => (state.kind === "saved" && state.at ? t("save.savedAt", { ago: formats.relative(state.at, Math.max(now, state.at)) }) : t("save.saved")),
    waiting: () => t("save.waiting"),
    saving: () => t("save.saving"),
    conflict: () => t("save.conflict"),
  };
  const icons = { saved: <CheckOutlined />, waiting: <CloudSyncOutlined />, saving: <LoadingOutlined />, conflict: <ExclamationCircleFilled /> };
  return (
    <Typography.Text type="secondary" style={{ whiteSpace: "nowrap" }}>
      {icons[state.kind]} {words[state.kind]()}
    </Typography.Text>
  );
}
