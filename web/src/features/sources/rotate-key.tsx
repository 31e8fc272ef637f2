import { KeyOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Flex, Modal, Radio, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { CopyButton } from "@shared/ui/copy-button";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { useNow } from "@shared/ui/time";
import type { Source } from "./health";

const GRACES = { none: 0, day: 24, week: 168, month: 720 } as const;

/** A new write key, and how long the old one still works. */
export function RotateKey({ source, mayWrite }: { source: Source; mayWrite: boolean }) {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const [isOpen, setOpen] = useState(false);
  const end = source.previous_key_valid_until;
  const now = useNow(30_000);
  const isOldGood = end !== null && new Date(end).getTime() > now;
  return (
    <Panel title={t("rotate.panel")}>
      <Flex vertical gap={10} align="start">
        <Typography.Text>{t("rotate.current")} <span className="mono">{`…${source.key_hint}`}</span></Typography.Text>
        {isOldGood && <Typography.Text>{t("rotate.old", { at: formats.dateTime(end), relative: formats.relative(end) })}</Typography.Text>}
        <Typography.Text type="secondary">{t("rotate.why")}</Typography.Text>
        <Button icon={<KeyOutlined />} disabled={!mayWrite} onClick={() => setOpen(true)}>{t("rotate.action")}</Button>
      </Flex>
      <Rotation key={String(isOpen)} source={source} isOpen={isOpen} isOldGood={isOldGood} onClose={() => setOpen(false)} />
    </Panel>
  );
}

interface Props {
  source: Source;
  isOpen: boolean;
  isOldGood: boolean;
  onClose: () => void;
}

function Rotation({ source, isOpen, isOldGood, onClose }: Props) {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const queries = useQueryClient();
  const [grace, setGrace] = useState<number>(GRACES.week);
  const rotate = hooks.useMutation("post", "/api/v1/sources/{source_id}/rotate-key", { onSuccess: () => queries.invalidateQueries() });
  const made = rotate.data;
  return (
    <Modal
      open={isOpen}
      title={t(made ? "rotate.doneTitle" : "rotate.title")}
      onCancel={onClose}
      footer={
        made
          ? [<Button key="close" type="primary" onClick={onClose}>{t("rotate.close")}</Button>]
          : [
              <Button key="cancel" onClick={onClose}>{t("create.cancel")}</Button>,
              <Button
                key="rotate"
                type="primary"
                danger={grace === 0}
                loading={rotate.isPending}
                onClick={() => rotate.mutate({ params: { path: { source_id: source.id } }, body: { grace_hours: grace } })}
              >
                {t(grace === 0 ? "rotate.submitNow" : "rotate.submit")}
              </Button>,
            ]
      }
    >
      {made ? (
        <Flex vertical gap={10}>
          <Flex gap={6} align="center"><span className="mono">{made.write_key}</span><CopyButton text={made.write_key} /></Flex>
          <Typography.Text>
            {made.previous_key_valid_until ? t("rotate.doneUntil", { at: formats.dateTime(made.previous_key_valid_until) }) : t("rotate.doneNow")}
          </Typography.Text>
          <Link to="/sources/$sourceId" params={{ sourceId: source.id }} search={{ tab: "connect" }}>{t("rotate.toCode")}</Link>
        </Flex>
      ) : (
        <Flex vertical gap={12}>
          {rotate.error ? <ProblemView problem={rotate.error} /> : null}
          <Typography.Text>{t("rotate.question")}</Typography.Text>
          <Radio.Group value={grace} onChange={(event) => setGrace(Number(event.target.value))}>
            <Flex vertical gap={6}>
              {(["none", "day", "week", "month"] as const).map((each) => <Radio key={each} value={GRACES[each]}>{t(`grace.${each}`)}</Radio>)}
            </Flex>
          </Radio.Group>
          {grace === 0 && <Alert type="warning" showIcon title={t("rotate.warning")} />}
          {isOldGood && <Alert type="warning" showIcon title={t("rotate.third")} />}
        </Flex>
      )}
    </Modal>
  );
}
