import { Flex, Grid } from "antd";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Panel } from "@shared/ui/panel";
import { useTell } from "@shared/ui/use-tell";
import { ProblemList } from "../check/problem-list";
import type { GoTo, Target } from "../draft/editor";
import { whereOf } from "../draft/place";
import type { DraftEditor } from "../draft/use-draft";
import { addArm, freeName, treated } from "../split/model";
import { ArmBar, type Way } from "./arm-bar";
import { BlockEditor } from "./block-editor";
import { EditingContext } from "./editing-context";
import { firstHtml } from "./first-html";
import { HtmlEditor } from "./html-editor";
import { type Arm, type Block, newBlock } from "./model/block";
import { withIds } from "./model/tree";
import { PlainText } from "./plain-text";
import { Lacking } from "./preview/lacking";
import { Preview } from "./preview/preview";
import { TestSend } from "./preview/test-send";
import { type Viewer, useRender } from "./preview/use-render";
import { ViewerChooser } from "./preview/viewer-chooser";
import { SubjectFields } from "./subject-fields";
import { useVocabulary } from "./vocabulary";

interface Props {
  campaignId: string;
  editor: DraftEditor;
  armName: string | undefined;
  onArm: (name: string) => void;
  target: Target | null;
  goTo: GoTo;
  onUndo: () => void;
  onRedo: () => void;
}

/** The message of an arm with blocks that are named anew, for another arm. */
const copied = (arm: Arm): Pick<Arm, "subject" | "preheader" | "blocks" | "html" | "text"> => ({
  subject: arm.subject, preheader: arm.preheader, html: arm.html, text: arm.text, blocks: arm.blocks && withIds(arm.blocks.map((block) => ({ ...block, id: "" }))),
});

/** What the message says, version by version, beside what people will see. */
export function ContentStep({ campaignId, editor, armName, onArm, target, goTo, onUndo, onRedo }: Props) {
  const { t } = useTranslation("campaigns");
  const tell = useTell();
  const screens = Grid.useBreakpoint();
  const vocabulary = useVocabulary();
  const [viewer, setViewer] = useState<Viewer>({ kind: "nobody" });
  const { draft, editContent, editArm, editing } = editor;
  const { content } = draft;
  const arms = treated(content.arms);
  const arm = arms.find((each) => each.name === armName) ?? arms[0];
  const index = arm ? content.arms.indexOf(arm) : -1;
  const render = useRender({ content, arm: arm?.name ?? "", viewer, name: draft.name, audienceId: draft.audience_id });

  const found = render.data?.problems;
  const shared = useMemo(() => {
    const lead = `arms[${index}].`;
    const problems = (found ?? []).filter((each) => each.path.startsWith(lead)).map((each) => ({ ...each, path: each.path.slice(lead.length) }));
    return { vocabulary, problems, target, undo: onUndo, redo: onRedo };
  }, [vocabulary, found, index, target, onUndo, onRedo]);
  const change = useCallback((fields: Partial<Arm>, key: string) => editArm(index, (now) => ({ ...now, ...fields }), key), [editArm, index]);
  const changeBlocks = useCallback(
    (edit: (blocks: readonly Block[]) => Block[], key?: string) => editArm(index, (now) => ({ ...now, blocks: edit(now.blocks ?? []) }), key),
    [editArm, index],
  );
  if (!arm) return null;

  const undoable = (text: string) => tell.done(text, { undo: () => editing.undo() });
  const setWay = (way: Way) => {
    if (way === "html") change({ blocks: null, html: firstHtml(t("way.unsubscribe")) }, "");
    else change({ blocks: [newBlock("text"), newBlock("footer")], html: "" }, "");
    undoable(t(way === "html" ? "way.nowHtml" : "way.nowBlocks"));
  };
  const add = () => {
    const name = freeName(content.arms);
    editContent((now) => ({ ...now, arms: addArm(now.arms, { ...arm, ...copied(arm), name }) }));
    onArm(name);
  };
  const copyFrom = (name: string) => {
    const source = arms.find((each) => each.name === name);
    if (!source) return;
    change(copied(source), "");
    undoable(t("arm.copied", { from: name, to: arm.name }));
  };

  const above = <SubjectFields key={`subject ${arm.name}`} arm={arm} onChange={change} />;
  const below = <PlainText arm={arm} derived={arm.text ? "" : (render.data?.text ?? "")} onChange={change} />;
  const preview = (
    <Flex vertical gap={12}>
      <Panel
        title={t("preview.title")}
        extra={<TestSend campaignId={campaignId} arm={arm.name} viewer={viewer} profileId={render.data?.profile_id ?? null} flush={() => editing.saver.flush()} />}
      >
        <Flex vertical gap={10}>
          <ViewerChooser viewer={viewer} audienceId={draft.audience_id} onChange={setViewer} />
          <Preview query={render} isBehind={render.isBehind} width={content.theme.width} sender={content.sender} />
          {render.data && <Lacking lacking={render.data.lacking} />}
        </Flex>
      </Panel>
      <Panel title={t("check.problems")}>
        <ProblemList problems={(found ?? []).filter((each) => whereOf(each.path).step === "content")} goTo={goTo} armName={(at) => content.arms[at]?.name} />
      </Panel>
    </Flex>
  );
  const columns = (side: ReactNode, middle: ReactNode) => (
    <div style={{ display: "grid", gap: 14, alignItems: "start", gridTemplateColumns: screens.lg ? `${side ? "232px " : ""}minmax(0, 1.15fr) minmax(0, 1fr)` : "minmax(0, 1fr)" }}>
      {side && <Sticky is={screens.lg}>{side}</Sticky>}
      <Flex vertical gap={12} style={{ minWidth: 0 }}>
        {above}
        {middle}
        {below}
      </Flex>
      <Sticky is={screens.lg}>{preview}</Sticky>
    </div>
  );
  return (
    <EditingContext value={shared}>
      <ArmBar arms={arms} arm={arm} onArm={onArm} onAdd={add} onCopyFrom={copyFrom} onWay={setWay} />
      {arm.blocks ? (
        <BlockEditor
          key={arm.name}
          blocks={arm.blocks}
          onChange={changeBlocks}
          look={content.theme}
          onLook={(fields) => editContent((now) => ({ ...now, theme: { ...now.theme, ...fields } }), `theme.${Object.keys(fields).join()}`)}
        >
          {columns}
        </BlockEditor>
      ) : (
        columns(null, <HtmlEditor key={`html ${arm.name}`} arm={arm} onChange={change} />)
      )}
    </EditingContext>
  );
}

/** Stays in sight while the message is scrolled. */
function Sticky({ is, children }: { is: boolean | undefined; children: ReactNode }) {
  if (!is) return children;
  return <div style={{ position: "sticky", top: 58, maxHeight: "calc(100vh - 68px)", overflow: "auto", minWidth: 0 }}>{children}</div>;
}
