import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Col, Flex, InputNumber, Row, Slider, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { Panel } from "@shared/ui/panel";
import { useTell } from "@shared/ui/use-tell";
import { audienceOptions } from "../audience/chosen-audience";
import type { Arm } from "../content/model/block";
import { withIds } from "../content/model/tree";
import type { DraftEditor } from "../draft/use-draft";
import { Advice } from "./advice";
import { ArmRow } from "./arm-row";
import { HOLDOUT, WHOLE, addArm, evenly, freeName, holdoutShare, removeArm, setHoldout, setShare, shares, treated } from "./model";
import { SplitBar } from "./split-bar";

interface Props {
  editor: DraftEditor;
  /** Edits what an arm says. */
  onEdit: (arm: string) => void;
}

const MOST_ARMS = 19; // besides the holdout

/** An arm without anything in it. */
export const emptyArm = (name: string): Arm => ({ name, weight: 0, subject: "", preheader: "", blocks: null, html: "", text: "" });

/** How the audience is divided: among versions of the message, and a part that gets nothing, to measure against. */
export function SplitStep({ editor, onEdit }: Props) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const tell = useTell();
  const { draft, editContent, editing } = editor;
  const { arms } = draft.content;
  const audience = useQuery({ ...audienceOptions(draft.audience_id ?? ""), enabled: draft.audience_id !== null });
  const size = audience.data?.size ?? null;
  const parts = shares(arms);
  const messages = treated(arms);
  const held = holdoutShare(arms);
  const setArms = (change: (arms: Arm[]) => Arm[], key?: string) => editContent((content) => ({ ...content, arms: change(content.arms) }), key);
  const people = (part: number) => (size === null ? "" : t("audience.people", { count: Math.round((size * part) / WHOLE), number: formats.number(Math.round((size * part) / WHOLE)) }));

  const copy = (arm: Arm) =>
    setArms((now) => addArm(now, { ...structuredClone(arm), blocks: arm.blocks ? withIds(structuredClone(arm.blocks).map((block) => ({ ...block, id: "" }))) : null, name: freeName(now) }));
  const remove = (arm: Arm) => {
    setArms((now) => removeArm(now, arm.name));
    tell.done(t("split.removed", { name: arm.name }), { undo: () => editing.undo() });
  };

  return (
    <Row gutter={[14, 14]}>
      <Col xs={24} lg={15}>
        <Panel
          title={t("split.title")}
          extra={
            <Flex gap={8}>
              {messages.length > 1 && <Button size="small" onClick={() => setArms(evenly)}>{t("split.evenly")}</Button>}
              <Button size="small" icon={<PlusOutlined />} disabled={messages.length >= MOST_ARMS} onClick={() => messages[0] && copy(messages[0])}>{t("split.add")}</Button>
            </Flex>
          }
        >
          <Flex vertical gap={14}>
            <SplitBar arms={arms} />
            {messages.map((arm) => {
              const part = parts[arms.indexOf(arm)] ?? 0;
              return (
                <ArmRow
                  key={arm.name}
                  name={arm.name}
                  taken={arms.map((each) => each.name).filter((name) => name !== arm.name)}
                  share={part}
                  most={WHOLE - held}
                  people={people(part)}
                  isOnly={messages.length < 2}
                  mayCopy={messages.length < MOST_ARMS}
                  onRename={(name) => setArms((now) => now.map((each) => (each.name === arm.name ? { ...each, name } : each)))}
                  onShare={(share) => setArms((now) => setShare(now, arm.name, share), `share.${arm.name}`)}
                  onEdit={() => onEdit(arm.name)}
                  onCopy={() => copy(arm)}
                  onRemove={() => remove(arm)}
                />
              );
            })}
            <Typography.Text type="secondary">{t("split.total", { total: formats.percent(1) })}</Typography.Text>
          </Flex>
        </Panel>
      </Col>
      <Col xs={24} lg={9}>
        <Panel title={t("holdout.title")}>
          <Flex vertical gap={10}>
            <Typography.Text>{t("holdout.lead")}</Typography.Text>
            <Flex gap={10} align="center">
              <Slider
                style={{ flex: 1 }}
                min={0}
                max={50}
                step={0.5}
                value={held / 10}
                marks={Object.fromEntries([0, 10, 25, 50].map((mark) => [mark, { label: formats.percent(mark / 100), style: { whiteSpace: "nowrap" } }]))}
                ariaLabelForHandle={t("holdout.share")}
                tooltip={{ formatter: (value) => formats.percent((value ?? 0) / 100) }}
                onChange={(value) => setArms((now) => setHoldout(now, Math.round(value * 10), () => emptyArm(HOLDOUT)), "holdout")}
              />
              <InputNumber
                min={0}
                max={90}
                precision={1}
                suffix="%"
                value={held / 10}
                aria-label={t("holdout.share")}
                style={{ width: 96 }}
                onChange={(value) => value !== null && setArms((now) => setHoldout(now, Math.round(value * 10), () => emptyArm(HOLDOUT)), "holdout")}
              />
            </Flex>
            {held === 0
              ? <Alert type="warning" showIcon title={t("holdout.none")} description={t("holdout.noneHint")} />
              : <Typography.Text type="secondary">{people(held) ? t("holdout.people", { people: people(held) }) : t("holdout.some")}</Typography.Text>}
            <Advice size={size} held={held} />
          </Flex>
        </Panel>
      </Col>
    </Row>
  );
}
