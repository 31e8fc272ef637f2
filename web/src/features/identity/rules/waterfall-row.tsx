import { ArrowDownOutlined, ArrowUpOutlined, HolderOutlined } from "@ant-design/icons";
import { useSortable } from "@dnd-kit/sortable";
import { CSS } from "@dnd-kit/utilities";
import { Button, Switch, Tooltip, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { useNames } from "@shared/names";
import { ANY, type LinkRule } from "./model";
import { linksAll } from "./sentences";

interface Props {
  rule: LinkRule;
  index: number;
  count: number;
  mayWrite: boolean;
  tag: ReactNode;
  onOpen: () => void;
  onMove: (by: -1 | 1) => void;
  onTurn: (isOn: boolean) => void;
}

/** What a rule links, in a sentence. */
export function useRuleWords(): (rule: LinkRule) => string {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  const names = useNames();
  const type = (name: string) => (name === ANY ? t("waterfall.any") : names.identifier(name));
  return (rule) => {
    const kinds = formats.list(rule.kinds.map((kind) => t(`evidence.${kind}`)));
    const pairs = formats.list(rule.pairs.map(([one, other]) => t("waterfall.pair", { one: type(one), other: type(other) })));
    const what = linksAll(rule) ? t("waterfall.linksAll", { kinds }) : t("waterfall.links", { kinds, pairs });
    return rule.sources.length ? t("waterfall.ofSources", { what, count: rule.sources.length }) : what;
  };
}

/** One step of the waterfall. */
export function WaterfallRow({ rule, index, count, mayWrite, tag, onOpen, onMove, onTurn }: Props) {
  const { t } = useTranslation("identity");
  const words = useRuleWords();
  const { setNodeRef, setActivatorNodeRef, listeners, transform, transition, isDragging, attributes: { role: _role, ...attributes } } = useSortable({ id: rule.id, disabled: !mayWrite });
  return (
    <li ref={setNodeRef} className="identity-step" style={{ transform: CSS.Translate.toString(transform), transition, ...(isDragging ? { position: "relative", zIndex: 2 } : {}) }}>
      <Tooltip title={t("waterfall.drag.hint")}>
        <Button ref={setActivatorNodeRef} type="text" size="small" icon={<HolderOutlined />} disabled={!mayWrite} aria-label={t("waterfall.drag.handle", { name: rule.id })} style={{ cursor: "grab", touchAction: "none" }} {...attributes} {...listeners} />
      </Tooltip>
      <Typography.Text type="secondary" className="numeric">{index + 1}</Typography.Text>
      <div className="identity-step-words">
        <Button type="link" size="small" className="mono" style={{ padding: 0 }} onClick={onOpen}>{rule.id}</Button> {tag}
        <Typography.Text type="secondary" style={{ display: "block" }}>{words(rule)}</Typography.Text>
      </div>
      <Button type="text" size="small" icon={<ArrowUpOutlined />} disabled={!mayWrite || index === 0} aria-label={t("waterfall.up", { name: rule.id })} onClick={() => onMove(-1)} />
      <Button type="text" size="small" icon={<ArrowDownOutlined />} disabled={!mayWrite || index === count - 1} aria-label={t("waterfall.down", { name: rule.id })} onClick={() => onMove(1)} />
      <Switch size="small" checked={rule.is_enabled} disabled={!mayWrite} aria-label={t("types.inUseOf", { name: rule.id })} onChange={onTurn} />
    </li>
  );
}
