import { DndContext, KeyboardSensor, PointerSensor, closestCenter, useSensor, useSensors } from "@dnd-kit/core";
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Panel } from "@shared/ui/panel";
import { identityRoute } from "../routes";
import { ChangedTag } from "./changed-tag";
import { type LinkRule, freeName, moved, newRule } from "./model";
import type { PartProps } from "./part";
import { RuleDrawer } from "./rule-drawer";
import { WaterfallRow } from "./waterfall-row";

/** Which evidence links, in the order in which it is taken. */
export function WaterfallPanel({ rules, work, mayWrite }: PartProps) {
  const { t } = useTranslation("identity");
  const { rule: open } = identityRoute.useSearch();
  const navigate = identityRoute.useNavigate();
  const show = (rule: string | undefined) => void navigate({ search: (now) => ({ ...now, rule }), replace: true });
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }), useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }));
  const ids = rules.rules.map((rule) => rule.id);
  const place = (id: string | number) => ids.indexOf(String(id));
  const move = (from: number, to: number) => work.edit({ rules: moved(rules.rules, from, to) });
  const write = (id: string, part: Partial<LinkRule>) => work.edit({ rules: rules.rules.map((rule) => (rule.id === id ? { ...rule, ...part } : rule)) });
  const add = () => {
    const rule = newRule(freeName("my_rule", ids));
    work.edit({ rules: [...rules.rules, rule] });
    show(rule.id);
  };
  return (
    <Panel
      flush
      title={<>{t("waterfall.title")} <ChangedTag changes={work.changes} part="order" /></>}
      extra={<Button size="small" icon={<PlusOutlined />} disabled={!mayWrite} onClick={add}>{t("waterfall.add")}</Button>}
    >
      <Typography.Paragraph type="secondary" style={{ margin: 0, padding: "8px 16px" }}>{t("waterfall.lead")}</Typography.Paragraph>
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        accessibility={{
          screenReaderInstructions: { draggable: t("waterfall.drag.how") },
          announcements: {
            onDragStart: ({ active }) => t("waterfall.drag.lifted", { name: active.id }),
            onDragOver: ({ over }) => (over ? t("waterfall.drag.over", { number: place(over.id) + 1 }) : undefined),
            onDragEnd: ({ active, over }) => (over ? t("waterfall.drag.dropped", { name: active.id, number: place(over.id) + 1 }) : t("waterfall.drag.cancelled")),
            onDragCancel: () => t("waterfall.drag.cancelled"),
          },
        }}
        onDragEnd={({ active, over }) => over && over.id !== active.id && move(place(active.id), place(over.id))}
      >
        <SortableContext items={ids} strategy={verticalListSortingStrategy} disabled={!mayWrite}>
          <ol className="identity-steps">
            {rules.rules.map((rule, index) => (
              <WaterfallRow
                key={rule.id}
                rule={rule}
                index={index}
                count={ids.length}
                mayWrite={mayWrite}
                tag={<ChangedTag changes={work.changes} part="rule" name={rule.id} />}
                onOpen={() => show(rule.id)}
                onMove={(by) => move(index, index + by)}
                onTurn={(isOn) => write(rule.id, { is_enabled: isOn })}
              />
            ))}
          </ol>
        </SortableContext>
      </DndContext>
      {ids.length === 0 && <Flex style={{ padding: 16 }}><Typography.Text type="warning">{t("waterfall.none")}</Typography.Text></Flex>}
      <RuleDrawer
        key={open}
        rule={rules.rules.find((rule) => rule.id === open)}
        taken={ids.filter((id) => id !== open)}
        types={[...rules.types, ...rules.composites].map((each) => each.name)}
        mayWrite={mayWrite}
        onClose={() => show(undefined)}
        onChange={(part) => {
          if (!open) return;
          write(open, part);
          if (part.id) show(part.id);
        }}
        onRemove={() => {
          work.edit({ rules: rules.rules.filter((rule) => rule.id !== open) });
          show(undefined);
        }}
      />
    </Panel>
  );
}
