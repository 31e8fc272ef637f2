import { RedoOutlined, UndoOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { Button, Flex, Tooltip, Typography } from "antd";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RuleCatalog } from "@shared/rules/catalog";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { UnsavedGuard } from "@shared/ui/unsaved-guard";
import { type Content, type Details, type Tag, isMeasureFilled, newContent } from "../model/definition";
import { resultOf } from "../model/measure";
import { contentOf, detailsOf, isContentChanged, isDirty } from "../model/draft";
import { record, redo, startHistory, undo } from "../model/history";
import { selectDefined } from "../model/selection";
import { KindIcon } from "../spread/kind";
import { RulePeople, type Shown } from "../spread/rule-people";
import { useSliceWords } from "../spread/use-slice-words";
import { ConflictDialog } from "./conflict-dialog";
import { Basics, Computing, VersionNote } from "./details";
import "./editor.css";
import { KindCards, TemplateCards } from "./kind-cards";
import { LevelsEditor } from "./levels-editor";
import { LivePanel } from "./live-panel";
import { MeasureEditor } from "./measure-editor";
import { SaveBar, Todo } from "./save-bar";
import { countOpen } from "./still-open";
import { useLevelsCheck } from "./use-levels-check";
import { usePreview } from "./use-preview";
import { useSave } from "./use-save";

interface Start {
  details: Details;
  /** Null while the kind is not chosen. */
  content: Content | null;
}

interface Props {
  start: Start;
  /** What is saved now; null for a new one. */
  saved: Tag | null;
  catalog: RuleCatalog;
}

const UNDECIDED = newContent("statistic");

/** What the tag says at the left; at the right, always in sight, how its values would spread. */
export function EditorForm({ start: first, saved: before, catalog }: Props) {
  const { t } = useTranslation("tags");
  const navigate = useNavigate();
  const words = useSliceWords();
  const [start, setStart] = useState(first);
  const [saved, setSaved] = useState(before);
  const [details, setDetails] = useState(first.details);
  const [history, setHistory] = useState(() => startHistory(first.content ?? UNDECIDED));
  const [isChosen, setChosen] = useState(first.content !== null);
  const [isStrict, setStrict] = useState(false);
  const [shown, setShown] = useState<Shown | null>(null);
  const [done, setDone] = useState<Tag | null>(null);

  const content = history.present;
  const isNew = saved === null;
  const change = (part: Partial<Details>) => setDetails((now) => ({ ...now, ...part }));
  const write = (part: Partial<Content>) => setHistory((now) => record(now, { ...now.present, ...part }, Date.now()));
  const choose = (next: Content, name?: string) => {
    setHistory(startHistory(next));
    setChosen(true);
    setStrict(false);
    if (name && details.name.trim() === "") change({ name });
  };

  const check = useLevelsCheck(content.kind === "rule" ? content.levels : []);
  const open = countOpen(content, check.open);
  const isReady = isChosen && (content.kind === "rule" ? open === 0 && check.isReady : isMeasureFilled(content.measure));
  const previewing = usePreview(content, isReady);
  const missesName = details.name.trim() === "";
  const blocking = countOpen(content, check.blocking) + (previewing.mistake ? 1 : 0);
  const isChanged = isDirty(details, isChosen ? content : null, start);

  const saving = useSave({ saved, start, onSaved: setDone });
  // Once the guard knows that nothing can be lost any more.
  useEffect(() => {
    if (done) void navigate({ to: "/tags/$tagId", params: { tagId: done.id } });
  }, [done, navigate]);
  const save = (base = saved) => {
    if (!isChosen) return;
    if (missesName || blocking > 0) {
      setStrict(true);
      if (missesName) document.getElementById("tag-name")?.focus();
      return;
    }
    void saving.save(details, content, base);
  };
  const latest = useRef(save);
  useEffect(() => {
    latest.current = save;
  });
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  // Before the rule editor inside sees it: there is one history, that of the whole tag.
  const onUndoKey = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    const isRedo = (key === "z" && event.shiftKey) || key === "y";
    if (key !== "z" && !isRedo) return;
    event.preventDefault();
    event.stopPropagation();
    setHistory(isRedo ? redo : undo);
  };
  const takeTheirs = (theirs: Tag) => {
    const next = { details: detailsOf(theirs), content: contentOf(theirs) };
    setSaved(theirs);
    setStart(next);
    setDetails(next.details);
    setHistory(startHistory(next.content));
    saving.closeConflict();
  };

  if (!isChosen)
    return (
      <Panel title={t("editor.chooseKind")}>
        <KindCards onKind={(kind) => choose({ ...content, kind, valueType: kind === "rule" ? "text" : (resultOf(content.measure, catalog) ?? "number") })} />
        <TemplateCards catalog={catalog} onChoose={choose} />
      </Panel>
    );
  return (
    <div className="tag-editor">
      <UnsavedGuard isDirty={isChanged && done === null} />
      <Flex vertical gap={12} style={{ minWidth: 0 }}>
        <Basics details={details} onChange={change} isStrict={isStrict} />
        <div onKeyDownCapture={onUndoKey}>
          <Panel
            title={<><KindIcon kind={content.kind} /> {t(`kind.${content.kind}`)}</>}
            extra={
              <Flex gap={4} align="center">
                {isNew && <Button size="small" type="text" onClick={() => setChosen(false)}>{t("editor.otherKind")}</Button>}
                <Tooltip title={t("editor.undo")}><Button size="small" type="text" icon={<UndoOutlined aria-hidden />} aria-label={t("editor.undo")} disabled={history.past.length === 0} onClick={() => setHistory(undo)} /></Tooltip>
                <Tooltip title={t("editor.redo")}><Button size="small" type="text" icon={<RedoOutlined aria-hidden />} aria-label={t("editor.redo")} disabled={history.future.length === 0} onClick={() => setHistory(redo)} /></Tooltip>
              </Flex>
            }
          >
            {content.kind === "rule" ? (
              <LevelsEditor
                content={content}
                onChange={write}
                catalog={catalog}
                check={check}
                preview={previewing.preview}
                isCurrent={previewing.isCurrent}
                isNew={isNew}
                isStrict={isStrict}
                onOpen={(part) => {
                  const rule = selectDefined(content)(part);
                  if (rule) setShown({ rule, title: words(part) });
                }}
              />
            ) : (
              <>
                <MeasureEditor
                  measure={content.measure}
                  onChange={(measure, valueType) => write({ measure, ...(isNew && valueType ? { valueType } : {}) })}
                  catalog={catalog}
                  fixedType={isNew ? null : content.valueType}
                  mistake={previewing.mistake}
                  notes={previewing.isCurrent ? (previewing.preview?.notes ?? []) : []}
                  isStrict={isStrict}
                />
                {isMeasureFilled(content.measure) && (
                  <div className="tag-sentence" aria-live="polite">
                    {previewing.preview?.sentence && <Typography.Text style={{ opacity: previewing.isCurrent ? 1 : 0.5 }}>{previewing.preview.sentence}</Typography.Text>}
                    <Typography.Text type="secondary">{t(`measure.gives.${content.valueType}`)}</Typography.Text>
                  </div>
                )}
              </>
            )}
          </Panel>
        </div>
        <Computing details={details} onChange={change} />
        {!isNew && isContentChanged(content, start.content) && <VersionNote details={details} version={saved.version + 1} onChange={change} />}
      </Flex>
      <div className="tag-side" role="region" aria-label={t("live.title")} tabIndex={0}>
        <SaveBar
          isNew={isNew}
          isChanged={isChanged}
          isSaving={saving.isSaving}
          onSave={() => save()}
          onCancel={() => void navigate(isNew ? { to: "/tags" } : { to: "/tags/$tagId", params: { tagId: saved.id } })}
        />
        {isStrict && (missesName || blocking > 0) && <Todo missesName={missesName} count={blocking} />}
        {saving.refused && <ProblemView problem={saving.refused} title={t("editor.refused")} />}
        <LivePanel content={content} previewing={previewing} open={content.kind === "rule" ? open : 0} isReady={isReady} onPeople={(rule, title) => setShown({ rule, title })} />
      </div>
      <RulePeople shown={shown} onClose={() => setShown(null)} />
      {saved && saving.conflict && (
        <ConflictDialog base={saved} theirs={saving.conflict} isSaving={saving.isSaving} onClose={saving.closeConflict} onTheirs={takeTheirs} onMine={(theirs) => void saving.save(details, content, theirs)} />
      )}
    </div>
  );
}
