import { ArrowLeftOutlined, ArrowRightOutlined, RedoOutlined, UndoOutlined } from "@ant-design/icons";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Alert, Button, Divider, Flex, Skeleton, Tooltip } from "antd";
import { Suspense, lazy, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "@shared/ui/page";
import { UnsavedGuard } from "@shared/ui/unsaved-guard";
import { AudienceStep } from "../audience/audience-step";
import { CheckStep } from "../check/check-step";
import { ScheduleStep } from "../schedule/schedule-step";
import { SplitStep } from "../split/split-step";
import { CampaignMenu } from "../list/row-actions";
import { CampaignState } from "../state";
import { ConflictDialog } from "./conflict-dialog";
import { differences } from "./differences";
import { gapsOf } from "./gaps";
import { STEPS, type Step, type Where, whereOf } from "./place";
import { Rename } from "./rename";
import { SaveStatus } from "./save-status";
import { StepBar } from "./step-bar";
import { type CampaignDetail, useDraft } from "./use-draft";
import { Versions } from "./versions";
import { useVisited } from "./visited";

const ContentStep = lazy(() => import("../content/content-step").then((module) => ({ default: module.ContentStep })));

/** Where to look in a step: the field of a problem that was clicked. */
export interface Target {
  path: string;
  line: number | null;
  column: number | null;
  length: number | null;
  /** Told apart also when the same is asked for again. */
  turn: number;
}

export type GoTo = (path: string, place?: { line: number | null; column: number | null; length: number | null }) => void;

/** A draft, step by step. */
export function Editor({ campaign }: { campaign: CampaignDetail }) {
  const { t } = useTranslation("campaigns");
  const navigate = useNavigate({ from: "/campaigns/$campaignId" });
  const { step = "audience", arm } = useSearch({ from: "/shell/campaigns/$campaignId" });
  const editor = useDraft(campaign);
  const [target, setTarget] = useState<Target | null>(null);
  const { draft, history, editing, saveState } = editor;

  const go = useCallback(
    (next: Partial<{ step: Step; arm: string }>) =>
      void navigate({ search: (now) => ({ ...now, ...next }) }),
    [navigate],
  );
  const show = useCallback(
    (where: Where) => {
      const name = where.arm === null ? undefined : editing.draft.content.arms[where.arm]?.name;
      go({ step: where.step, ...(name ? { arm: name } : {}) });
    },
    [go, editing],
  );
  const goTo = useCallback<GoTo>(
    (path, place) => {
      const where = whereOf(path);
      show(where);
      const { line = null, column = null, length = null } = place ?? {}; // and not its path, which leads to the arm as well
      setTarget((last) => ({ path: where.path, line, column, length, turn: (last?.turn ?? 0) + 1 }));
    },
    [show],
  );
  /** What is undone is shown. */
  const turnBack = useCallback(
    (direction: "undo" | "redo") => {
      const before = editing.draft;
      editing[direction]();
      const changed = differences(before, editing.draft)[0];
      if (changed) show(whereOf(changed));
    },
    [editing, show],
  );
  const gaps = useMemo(() => gapsOf(draft), [draft]);
  const { seen } = useVisited(campaign.id, step);

  const at = STEPS.indexOf(step);
  const previous = STEPS[at - 1];
  const next = STEPS[at + 1];
  return (
    <Page
      title={draft.name.trim() || t("one")}
      before={<Link to="/campaigns"><ArrowLeftOutlined /> {t("title")}</Link>}
      after={
        <>
          <Rename name={draft.name} onRename={(name) => editor.edit((now) => ({ ...now, name }), "name")} />
          <CampaignState state={campaign.state} />
        </>
      }
      actions={
        <Flex gap={6} align="center" wrap>
          <SaveStatus editor={editor} />
          <Divider orientation="vertical" />
          <Tooltip title={t("undo.undo")}>
            <Button type="text" icon={<UndoOutlined />} aria-label={t("undo.undo")} disabled={history.past.length === 0} onClick={() => turnBack("undo")} />
          </Tooltip>
          <Tooltip title={t("undo.redo")}>
            <Button type="text" icon={<RedoOutlined />} aria-label={t("undo.redo")} disabled={history.future.length === 0} onClick={() => turnBack("redo")} />
          </Tooltip>
          <Versions campaignId={campaign.id} editor={editor} />
          <CampaignMenu campaign={campaign} label={t("list.actions")} />
        </Flex>
      }
    >
      <UnsavedGuard isDirty={saveState.kind === "failed" || saveState.kind === "conflict"} />
      <ConflictDialog editor={editor} />
      <StepBar at={step} gaps={gaps} seen={seen} onStep={(next) => go({ step: next })} />
      {campaign.error && (
        <Alert type="error" showIcon style={{ marginBottom: 12 }} title={t("progress.stopped")} description={[campaign.error.message, campaign.error.cure].filter(Boolean).join(" ")} />
      )}
      {editing.wasRestored && saveState.kind !== "conflict" && (
        <Alert type="info" showIcon closable style={{ marginBottom: 12 }} title={t("save.restored")} />
      )}
      {step === "audience" && <AudienceStep campaignId={campaign.id} editor={editor} />}
      {step === "content" && (
        <Suspense fallback={<Skeleton active paragraph={{ rows: 12 }} />}>
          <ContentStep
            campaignId={campaign.id}
            editor={editor}
            armName={arm}
            onArm={(name) => go({ arm: name })}
            target={target}
            goTo={goTo}
            onUndo={() => turnBack("undo")}
            onRedo={() => turnBack("redo")}
          />
        </Suspense>
      )}
      {step === "split" && <SplitStep editor={editor} onEdit={(name) => go({ step: "content", arm: name })} />}
      {step === "schedule" && <ScheduleStep campaignId={campaign.id} editor={editor} />}
      {step === "check" && <CheckStep campaignId={campaign.id} editor={editor} goTo={goTo} />}
      <Flex justify="space-between" style={{ marginTop: 16 }}>
        <span>{previous && <Button icon={<ArrowLeftOutlined />} onClick={() => go({ step: previous })}>{t(`step.${previous}`)}</Button>}</span>
        {next && (
          <Button type="primary" icon={<ArrowRightOutlined />} iconPlacement="end" onClick={() => go({ step: next })}>{t("step.next", { step: t(`step.${next}`) })}</Button>
        )}
      </Flex>
    </Page>
  );
}
