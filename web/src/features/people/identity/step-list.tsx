import { BranchesOutlined, DisconnectOutlined, EyeOutlined, LinkOutlined, SplitCellsOutlined } from "@ant-design/icons";
import { Button, Flex, Timeline, Typography } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "@shared/names";
import { useUserNames } from "@shared/session/user-names";
import { Moment } from "@shared/ui/time";
import { useSourceName } from "../traits";
import { DecideButton } from "./decide-button";
import type { Link, Merge } from "./graph-model";
import { type Step, stepBy } from "./replay-model";
import { ask, useNode } from "./scope";
import { NodeName } from "./whose";

interface Props {
  steps: Step[];
  at: string | undefined;
  onMove: (at: string | undefined) => void;
}

/** Step by step how the person came together, and why. */
export function StepList({ steps, at, onMove }: Props) {
  const { t } = useTranslation("people");
  const current = useRef<HTMLDivElement>(null);
  const index = stepBy(steps, at);
  useEffect(() => {
    // Only while one moves through time: today's list begins at its top.
    if (at !== undefined) current.current?.scrollIntoView({ block: "nearest" });
  }, [at, index]);
  return (
    <Timeline
      style={{ paddingTop: 4 }}
      items={steps.map((step, number) => ({
        key: step.at,
        color: number > index ? "gray" : undefined,
        icon: signOf(step),
        content: (
          <div ref={number === index ? current : undefined} aria-current={at !== undefined && number === index ? "step" : undefined}>
            <Button type="link" size="small" style={{ padding: 0, fontWeight: at !== undefined && number === index ? 600 : undefined }} onClick={() => onMove(step.at)}>
              <Moment at={step.at} seconds />
            </Button>
            <Flex vertical gap={6}>
              {step.links.length === 0 && step.seen.map((node) => <div key={node.id}>{t("step.seen")} <NodeName id={node.id} /></div>)}
              {step.links.map((link) => <LinkStep key={link.id} link={link} />)}
              {step.merges.map((merge) => <MergeStep key={merge.id} merge={merge} />)}
            </Flex>
          </div>
        ),
      }))}
    />
  );
}

function signOf({ links, merges }: Step) {
  if (merges.length > 0) return merges.some(({ kind }) => kind === "split") ? <SplitCellsOutlined /> : <BranchesOutlined />;
  if (links.length === 0) return <EyeOutlined />;
  return links.some(({ is_linked }) => is_linked) ? <LinkOutlined /> : <DisconnectOutlined />;
}

function LinkStep({ link }: { link: Link }) {
  const sourceName = useSourceName();
  return (
    <div>
      <NodeName id={link.a} /> {link.is_linked ? "=" : "≠"} <NodeName id={link.b} />
      <Typography.Text type="secondary" style={{ display: "block" }}>{[link.reason, link.kind !== "decision" && sourceName(link.source_id)].filter(Boolean).join(" · ")}</Typography.Text>
    </div>
  );
}

/** A profile that was taken up, or that parted. */
function MergeStep({ merge }: { merge: Merge }) {
  const { t } = useTranslation("people");
  const node = useNode();
  const names = useNames();
  const userName = useUserNames();
  const pair = merge.identifiers.map((id) => node(id));
  // What has parted since cannot be parted again.
  const canUndo = merge.kind === "merge" && pair.length === 2 && pair.every((each) => each?.is_own && !each.is_removed);
  return (
    <div>
      <Typography.Text strong>{t(`step.${merge.kind}`, { profile: merge.absorbed_id })}</Typography.Text>
      <Typography.Text type="secondary" style={{ display: "block" }}>
        {[pair.flatMap((each) => (each ? names.identifier(each.type) : [])).join(" + "), merge.rule && t("step.rule", { rule: merge.rule }), userName(merge.actor) ?? merge.actor].filter(Boolean).join(" · ")}
        {merge.evidence_at && <> · {t("step.evidence")} <Moment at={merge.evidence_at} /></>}
      </Typography.Text>
      {canUndo && <DecideButton size="small" wanted={ask("unmerge", { merge: merge.id })}>{t("decide.action.unmerge")}</DecideButton>}
    </div>
  );
}
