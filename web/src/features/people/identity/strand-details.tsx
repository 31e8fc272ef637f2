import { Button, Descriptions, Flex, Typography, theme } from "antd";
import { useTranslation } from "react-i18next";
import { CopyButton } from "@shared/ui/copy-button";
import { Status } from "@shared/ui/status";
import { Moment } from "@shared/ui/time";
import { useSourceName } from "../traits";
import { DecideButton } from "./decide-button";
import type { Link, Strand } from "./graph-model";
import { ask, useNode } from "./scope";
import { NodeName } from "./whose";

function Counts({ isLinked }: { isLinked: boolean }) {
  const { t } = useTranslation("people");
  return <Status tone={isLinked ? "good" : "neutral"}>{t(isLinked ? "link.linked" : "link.refused")}</Status>;
}

/** One line of a graph, seen from one of its ends. */
export function LinkLine({ strand, from, onChoose }: { strand: Strand; from: string; onChoose: () => void }) {
  const { t } = useTranslation("people");
  return (
    <div>
      <Flex gap={8} align="baseline" justify="space-between">
        <span>{strand.isLinked ? "=" : "≠"} <NodeName id={strand.a === from ? strand.b : strand.a} /></span>
        <Button size="small" type="link" onClick={onChoose}>{t("link.why")}</Button>
      </Flex>
      <Typography.Text type="secondary">{strand.links[0]?.reason}</Typography.Text>
    </div>
  );
}

/** All evidence about two identifiers, and what can be decided about them. */
export function StrandDetails({ strand }: { strand: Strand }) {
  const { t } = useTranslation("people");
  const node = useNode();
  const isGone = [strand.a, strand.b].some((id) => node(id)?.is_removed);
  return (
    <Flex vertical gap={12}>
      <Flex vertical gap={2} style={{ fontSize: 14 }}>
        <NodeName id={strand.a} />
        <span>{strand.isLinked ? "=" : "≠"} <NodeName id={strand.b} /></span>
      </Flex>
      {!isGone && (
        <Flex gap={8} wrap>
          {strand.isLinked ? (
            <DecideButton size="small" wanted={ask("part", { link: strand.id })}>{t("decide.action.part")}</DecideButton>
          ) : (
            <DecideButton size="small" wanted={ask("join", { identifiers: [strand.a, strand.b] })}>{t("decide.action.join")}</DecideButton>
          )}
        </Flex>
      )}
      <Typography.Text type="secondary">{t("link.evidence", { count: strand.links.length })}</Typography.Text>
      {strand.links.map((link) => <Evidence key={link.id} link={link} />)}
    </Flex>
  );
}

const KINDS = ["same_event", "alias", "match", "decision"] as const;

function Evidence({ link }: { link: Link }) {
  const { t } = useTranslation("people");
  const { token } = theme.useToken();
  const sourceName = useSourceName();
  const kind = KINDS.find((each) => each === link.kind);
  return (
    <div style={{ borderTop: `1px solid ${token.colorBorderSecondary}`, paddingTop: 8 }}>
      <Flex gap={8} wrap align="center" style={{ marginBottom: 6 }}>
        <Counts isLinked={link.is_linked} />
        <Status tone={link.is_trusted ? "good" : "warning"}>{t(link.is_trusted ? "link.trusted" : "link.unsigned")}</Status>
      </Flex>
      <Typography.Paragraph>{link.reason}</Typography.Paragraph>
      <Descriptions
        size="small" column={1} styles={{ label: { width: 104 } }}
        items={[
          { key: "at", label: t("link.at"), children: <Moment at={link.at} seconds /> },
          { key: "kind", label: t("link.kind"), children: kind ? t(`link.kinds.${kind}`) : link.kind },
          ...(link.rule ? [{ key: "rule", label: t("link.rule"), children: <span className="mono">{link.rule}</span> }] : []),
          ...(link.source_id && link.kind !== "decision" ? [{ key: "source", label: t("link.source"), children: sourceName(link.source_id) }] : []),
          ...(link.message_id ? [{ key: "message", label: t("link.message"), children: <span><span className="mono" style={{ fontSize: 12 }}>{link.message_id}</span> <CopyButton text={link.message_id} /></span> }] : []),
        ]}
      />
    </div>
  );
}
