import { ReloadOutlined } from "@ant-design/icons";
import { Button, Flex, Skeleton, Tooltip, Typography, theme } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { useReasonName } from "./reason-name";
import { useReasons } from "./use-quarantine";

interface Props {
  /** Undefined: all of them. Null: the list shows something else. */
  chosen: string | undefined | null;
  onChoose: (reason: string | undefined) => void;
  isSending: boolean;
  /** Send all events of the chosen reason again. */
  onReplay: () => void;
}

/** Why events are in quarantine, the commonest reason first; choosing one filters the list. */
export function ReasonList({ chosen, onChoose, isSending, onReplay }: Props) {
  const { t } = useTranslation("events");
  const { token } = theme.useToken();
  const formats = useFormats();
  const query = useReasons();
  const nameOf = useReasonName();
  const mayWrite = useMay("quarantine:write");
  const count = query.data?.items.find((each) => each.reason === chosen)?.count ?? 0;
  const total = query.data?.items.reduce((sum, each) => sum + each.count, 0) ?? 0;
  const line = (reason: string | undefined, name: string, waiting: number, hint?: string | null) => (
    <Tooltip key={reason ?? ""} title={hint} placement="right">
      <Button
        type="text"
        block
        aria-pressed={chosen === reason}
        onClick={() => onChoose(reason)}
        style={{ height: "auto", padding: "5px 8px", whiteSpace: "normal", textAlign: "start", background: chosen === reason ? token.colorPrimaryBg : undefined }}
      >
        <Flex justify="space-between" gap={8} style={{ width: "100%" }}>
          <Typography.Text strong={chosen === reason}>{name}</Typography.Text>
          <Typography.Text type="secondary" className="numeric">{formats.number(waiting)}</Typography.Text>
        </Flex>
      </Button>
    </Tooltip>
  );
  return (
    <Panel title={t("reason.title")}>
      {query.error && !query.data ? <ProblemView problem={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending && <Skeleton active title={false} />}
      {query.data && (
        <Flex vertical gap={2} aria-live="polite" style={{ margin: "-8px -8px" }}>
          {line(undefined, t("reason.all"), total)}
          {query.data.items.map((each) => line(each.reason, nameOf(each.reason), each.count, each.reason_text))}
          {count > 0 && (
            <Tooltip title={mayWrite ? undefined : t("quarantine.forbidden")}>
              <Button icon={<ReloadOutlined />} disabled={!mayWrite} loading={isSending} onClick={onReplay} style={{ margin: "8px 0 0" }}>
                {t("replay.reason", { count, number: formats.number(count) })}
              </Button>
            </Tooltip>
          )}
        </Flex>
      )}
    </Panel>
  );
}
