import { useNavigate } from "@tanstack/react-router";
import { Alert, Button, Flex, Typography } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RuleCatalog } from "@shared/rules/catalog";
import { useRuleCheck } from "@shared/rules/check";
import { RuleEditor } from "@shared/rules/rule-editor";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { UnsavedGuard } from "@shared/ui/unsaved-guard";
import { ConflictDialog } from "./conflict-dialog";
import { Basics, Refreshing, VersionNote } from "./details";
import "./editor.css";
import { LivePanel } from "./live-panel";
import { type Audience, type Draft, draftOf, isDirty, isRuleChanged } from "./model";
import { RulePeople, type Shown } from "./rule-people";
import { SaveBar } from "./save-bar";
import { SqlButton } from "./sql-drawer";
import { TemplateCards } from "./template-cards";
import { useEstimate } from "./use-estimate";
import { useSave } from "./use-save";

interface Props {
  start: Draft;
  /** What is saved now; null for a new one. */
  saved: Audience | null;
  catalog: RuleCatalog;
}

const NONE: never[] = [];

/** The rule at the left; at the right, always in sight, whom it selects. */
export function EditorForm({ start: first, saved: before, catalog }: Props) {
  const { t } = useTranslation("audiences");
  const navigate = useNavigate();
  const [start, setStart] = useState(first);
  const [saved, setSaved] = useState(before);
  const [draft, setDraft] = useState(first);
  const [isStrict, setStrict] = useState(false);
  const [isSample, setSample] = useState(false);
  const [shown, setShown] = useState<Shown | null>(null);
  const [done, setDone] = useState<Audience | null>(null);
  const change = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }));

  const check = useRuleCheck(draft.rule);
  const blocking = check.problems.filter((problem) => problem.is_blocking);
  const isReady = check.isCurrent && check.problems.length === 0;
  const counting = useEstimate(draft.rule, { isReady, isSample });
  const isEmpty = JSON.stringify(draft.rule) === '{"kind":"all","rules":[]}';
  const isNew = saved === null;
  const isChanged = isDirty(draft, start);

  const saving = useSave({
    saved,
    start,
    onSaved: setDone,
  });
  // Only once nothing is unsaved any more: the guard would ask.
  useEffect(() => {
    if (done) void navigate({ to: "/audiences/$audienceId", params: { audienceId: done.id } });
  }, [done, navigate]);
  const missesName = draft.name.trim() === "";
  const save = (base = saved) => {
    if (missesName || blocking.length > 0) {
      setStrict(true);
      if (missesName) document.getElementById("audience-name")?.focus();
      return;
    }
    void saving.save(draft, base);
  };
  const latest = useRef(save);
  useEffect(() => {
    latest.current = save;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  const takeTheirs = (theirs: Audience) => {
    setSaved(theirs);
    setStart(draftOf(theirs));
    setDraft(draftOf(theirs));
    saving.closeConflict();
  };

  return (
    <div className="audience-editor">
      <UnsavedGuard isDirty={isChanged && !done} />
      <Flex vertical gap={12} style={{ minWidth: 0 }}>
        <Basics draft={draft} onChange={change} isStrict={isStrict} />
        <Panel title={t("editor.rule")} extra={<SqlButton rule={draft.rule} isReady={isReady} />}>
          {isEmpty && isNew && <TemplateCards catalog={catalog} onChoose={(template) => change({ rule: template.rule, ...(missesName ? { name: template.name } : {}) })} />}
          <RuleEditor
            value={draft.rule}
            onChange={(rule) => change({ rule })}
            catalog={catalog}
            problems={check.problems}
            notes={counting.fits && counting.estimate ? counting.estimate.notes : NONE}
            steps={counting.fits && counting.estimate ? counting.estimate.steps : NONE}
            isStale={!counting.isCurrent}
            isStrict={isStrict}
            onCount={(rule, title) => setShown({ rule, title })}
          />
          <div className="audience-sentence" aria-live="polite">
            <Typography.Text type="secondary">{t("editor.inWords")}</Typography.Text>
            <Typography.Text>{check.sentence ?? t("editor.unfinished")}</Typography.Text>
          </div>
          {check.error ? <ProblemView problem={check.error} onRetry={check.retry} /> : null}
        </Panel>
        <Refreshing draft={draft} isNew={isNew} onChange={change} />
        {!isNew && isRuleChanged(draft, start) && <VersionNote draft={draft} version={saved.version + 1} onChange={change} />}
      </Flex>
      <div className="audience-side" role="region" aria-label={t("live.title")} tabIndex={0}>
        <SaveBar
          isNew={isNew}
          isChanged={isChanged}
          isSaving={saving.isSaving}
          onSave={() => save()}
          onCancel={() => void navigate(isNew ? { to: "/audiences" } : { to: "/audiences/$audienceId", params: { audienceId: saved.id } })}
        />
        {isStrict && (missesName || blocking.length > 0) && <Todo missesName={missesName} count={blocking.length} />}
        {saving.refused && <ProblemView problem={saving.refused} title={t("editor.refused")} />}
        <LivePanel
          rule={draft.rule}
          saved={saved}
          isRuleChanged={isRuleChanged(draft, start)}
          counting={counting}
          open={check.problems.length}
          isReady={isReady}
          isSample={isSample}
          onSample={setSample}
          onPeople={setShown}
        />
      </div>
      <RulePeople shown={shown} onClose={() => setShown(null)} />
      {saved && saving.conflict && (
        <ConflictDialog
          base={saved}
          theirs={saving.conflict}
          mine={check.sentence ?? ""}
          isSaving={saving.isSaving}
          onClose={saving.closeConflict}
          onTheirs={takeTheirs}
          onMine={(theirs) => void saving.save(draft, theirs)}
        />
      )}
    </div>
  );
}

/** What is still missing before it can be saved. */
function Todo({ missesName, count }: { missesName: boolean; count: number }) {
  const { t } = useTranslation("audiences");
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      title={t("editor.todo")}
      description={
        <ul style={{ margin: 0, paddingInlineStart: 18 }}>
          {missesName && <li><Button type="link" size="small" style={{ padding: 0, height: "auto" }} onClick={() => document.getElementById("audience-name")?.focus()}>{t("editor.missesName")}</Button></li>}
          {count > 0 && <li>{t("editor.open", { count })}</li>}
        </ul>
      }
    />
  );
}
