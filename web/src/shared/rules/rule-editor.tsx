import { DndContext, DragOverlay, KeyboardSensor, PointerSensor, useSensor, useSensors } from "@dnd-kit/core";
import { RedoOutlined, UndoOutlined } from "@ant-design/icons";
import { Button, ConfigProvider, Tooltip } from "antd";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RuleCatalog } from "./catalog";
import { useClip } from "./clipboard";
import { decode, encode, findNode } from "./draft";
import { nearestSlot, slotOf, stepSlots } from "./drag";
import { move } from "./edit";
import { type Apply, type Editor, EditorContext, type RuleNote, type RuleProblem, type RuleStep } from "./editor-context";
import { GroupBox } from "./group-box";
import { record, redo, startHistory, undo } from "./history";
import { byNode, pathsOf } from "./paths";
import "./rule-editor.css";
import type { Rule } from "./wire";
import { useWords } from "./words";

interface Props {
  value: Rule;
  onChange: (rule: Rule) => void;
  catalog: RuleCatalog;
  /** What the server says about this rule, shown at the control that it is about. */
  problems?: readonly RuleProblem[];
  notes?: readonly RuleNote[];
  /** Numbers of people beside the conditions. */
  steps?: readonly RuleStep[];
  /** The numbers are those of an earlier state. */
  isStale?: boolean;
  /** What is not filled in yet is a mistake: somebody tried to save. */
  isStrict?: boolean;
  /** A number was clicked: the rule of the people that it counts, and what it is called. */
  onCount?: (rule: Rule, title: string) => void;
  /** Beside undo and redo. */
  tools?: ReactNode;
}

const NONE: never[] = [];
const DENSE = { token: { controlHeightSM: 26, fontSizeSM: 12 } }; // a condition is a sentence, and should fit into a line

/** Builds a rule out of conditions and groups. Speaks the JSON of the API; keeps what it does not know. */
export function RuleEditor({ value, onChange, catalog, problems = NONE, notes = NONE, steps = NONE, isStale = false, isStrict = false, onCount, tools }: Props) {
  const { t } = useTranslation("rules");
  const [history, setHistory] = useState(() => startHistory(value));
  const [told, setTold] = useState<Rule>(value);
  const [clip, copy] = useClip();
  const words = useWords(catalog);
  const [dragged, setDragged] = useState<string | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const wanted = useRef<string | null>(null);

  let state = history;
  if (value !== told) {
    // Somebody else changed the rule: a template, another version. That can be taken back too.
    if (JSON.stringify(value) !== JSON.stringify(told)) {
      state = record(history, decode(value), null, 0);
      setHistory(state);
    }
    setTold(value);
  }
  const root = state.present;

  const show = (next: typeof state) => {
    if (next === state) return;
    const rule = encode(next.present);
    setHistory(next);
    setTold(rule);
    onChange(rule);
  };
  const apply: Apply = (change, { control, focus } = {}) => {
    wanted.current = focus ?? null;
    show(record(state, change(root), control ?? null, Date.now()));
  };

  // After a change the focus goes to where the work goes on.
  useEffect(() => {
    const target = wanted.current;
    wanted.current = null;
    if (target) focusNode(place.current, target);
  }, [root]);

  const paths = useMemo(() => pathsOf(root), [root]);
  // Numbers stay beside a condition while others come and go; those of before are shown as such.
  const [counted, setCounted] = useState<{ from: readonly RuleStep[]; byNode: ReadonlyMap<string, RuleStep> }>({ from: NONE, byNode: new Map() });
  if (steps.length > 0 && steps !== counted.from) {
    const byPath = new Map(steps.map((step) => [step.path, step]));
    const found = [...paths].filter(([id]) => id !== root.id).map(([id, { outer }]) => [id, byPath.get(outer)] as const);
    setCounted({ from: steps, byNode: new Map(found.filter((pair): pair is [string, RuleStep] => pair[1] !== undefined)) });
  }
  const editor: Editor = {
    root,
    catalog,
    apply,
    problems: useMemo(() => byNode(root, paths, problems), [root, paths, problems]),
    notes: useMemo(() => byNode(root, paths, notes), [root, paths, notes]),
    steps: counted.byNode,
    isStrict,
    isStale,
    clip,
    copy,
    onCount,
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    const isRedo = (key === "z" && event.shiftKey) || key === "y";
    if (key !== "z" && !isRedo) return;
    event.preventDefault();
    show(isRedo ? redo(state) : undo(state));
  };

  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: stepSlots(root) }),
  );
  const name = (id: string | number) => {
    const node = findNode(root, String(id));
    return node ? words(node) : "";
  };
  const slotWords = (data: unknown) => {
    const slot = slotOf(data);
    const group = slot && findNode(root, slot.groupId);
    return slot && group ? { group: words(group), number: slot.index + 1 } : { group: "", number: 0 };
  };

  return (
    // Keys that work on everything inside; each thing inside can be reached by itself.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div ref={place} className="rule-editor" onKeyDown={onKeyDown}>
      <div className="rule-tools">
        <Tooltip title={t("undo")}>
          <Button type="text" size="small" icon={<UndoOutlined />} aria-label={t("undo")} disabled={state.past.length === 0} onClick={() => show(undo(state))} />
        </Tooltip>
        <Tooltip title={t("redo")}>
          <Button type="text" size="small" icon={<RedoOutlined />} aria-label={t("redo")} disabled={state.future.length === 0} onClick={() => show(redo(state))} />
        </Tooltip>
        {tools}
      </div>
      <ConfigProvider componentSize="small" theme={DENSE}>
      <EditorContext value={editor}>
        <DndContext
          sensors={sensors}
          collisionDetection={nearestSlot(root)}
          accessibility={{
            screenReaderInstructions: { draggable: t("drag.how") },
            announcements: {
              onDragStart: ({ active }) => t("drag.lifted", { words: name(active.id) }),
              onDragOver: ({ over }) => (over ? t("drag.over", slotWords(over.data.current)) : undefined),
              onDragEnd: ({ active, over }) => (over ? t("drag.dropped", { words: name(active.id), ...slotWords(over.data.current) }) : t("drag.cancelled")),
              onDragCancel: () => t("drag.cancelled"),
            },
          }}
          onDragStart={({ active }) => setDragged(String(active.id))}
          onDragCancel={() => setDragged(null)}
          onDragEnd={({ active, over }) => {
            setDragged(null);
            const slot = slotOf(over?.data.current);
            if (slot) apply((tree) => move(tree, String(active.id), slot.groupId, slot.index), { focus: String(active.id) });
          }}
        >
          <GroupBox node={root} />
          <DragOverlay dropAnimation={null}>{dragged ? <div className="rule-ghost">{name(dragged)}</div> : null}</DragOverlay>
        </DndContext>
      </EditorContext>
      </ConfigProvider>
    </div>
  );
}

const SELECTORS: Record<string, string[]> = {
  value: [".rule-value input", "input.rule-value", ".rule-sentence input"],
  add: [".rule-add input"],
  kind: [".rule-head .ant-segmented input:checked"],
};

/** `id` focuses a node's handle, `id value` its value, `id add` the way to add to it. */
function focusNode(place: HTMLElement | null, target: string) {
  const [id, part] = target.split(" ");
  const node = place?.querySelector<HTMLElement>(`[data-node="${id}"]`);
  const wishes = [...(SELECTORS[part ?? ""] ?? []), ".rule-handle", ".rule-add input"];
  const found = wishes.map((selector) => node?.querySelector<HTMLElement>(selector)).find(Boolean);
  found?.focus();
}
