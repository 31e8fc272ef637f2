import { Flex, Form, InputNumber, Select, Switch, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { ProblemView } from "@shared/ui/problem-view";
import type { Goal } from "../content/model/block";

interface Props {
  goal: Goal | null;
  onChange: (goal: Goal | null) => void;
}

const FIRST: Omit<Goal, "event"> = { value_property: null, window_hours: 7 * 24 };

/** What the campaign is meant to cause: the event, for how long it counts, and what it is worth. */
export function GoalFields({ goal, onChange }: Props) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const [unit, setUnit] = useState<"days" | "hours">("days");
  const fields = hooks.useQuery("get", "/api/v1/fields", {}, { staleTime: 60_000 });
  const events = (fields.data?.events ?? []).filter((event) => event.kind === "track");
  const chosen = events.find((event) => event.name === goal?.event);
  const numbers = (chosen?.properties ?? []).filter((property) => property.type === "number");
  const eventOptions = events.map((event) => ({
    value: event.name,
    label: event.label_hint ? `${event.name} · ${event.label_hint}` : event.name,
    volume: event.volume_30d,
  }));
  if (goal && !chosen) eventOptions.push({ value: goal.event, label: goal.event, volume: null });
  const valueOptions = numbers.map((property) => ({ value: property.name, label: property.label ? `${property.name} · ${property.label}` : property.name }));
  if (goal?.value_property && !numbers.some((property) => property.name === goal.value_property))
    valueOptions.push({ value: goal.value_property, label: goal.value_property });
  const isDays = unit === "days" && (!goal || goal.window_hours % 24 === 0);
  const preferred = ["Order Completed", "OrderCompleted", "order_completed"];

  return (
    <Form layout="vertical" component="div">
      {fields.error && <ProblemView problem={fields.error} onRetry={() => void fields.refetch()} />}
      <Form.Item label={t("goal.has")} layout="horizontal" htmlFor="goal-has" help={goal ? undefined : t("goal.noneHint")} style={{ marginBottom: 12 }}>
        <Switch
          id="goal-has"
          checked={goal !== null}
          disabled={!goal && events.length === 0}
          onChange={(has) => {
            const event = events.find((each) => preferred.includes(each.name)) ?? events[0];
            onChange(has && event ? { ...FIRST, event: event.name } : null);
          }}
        />
      </Form.Item>
      {goal && (
        <>
          <Form.Item label={t("goal.event")} htmlFor="goal-event">
            <Select
              id="goal-event"
              showSearch
              loading={fields.isPending}
              value={goal.event}
              options={eventOptions}
              optionRender={({ data }) => (
                <Flex justify="space-between" gap={8}>
                  <span>{data.label}</span>
                  {data.volume !== null && <Typography.Text type="secondary">{t("goal.volume", { number: formats.compact(data.volume) })}</Typography.Text>}
                </Flex>
              )}
              onChange={(event) => onChange({ ...goal, event, value_property: null })}
            />
          </Form.Item>
          <Flex gap={12} wrap>
            <Form.Item label={t("goal.window")} htmlFor="goal-window" extra={t("goal.windowHint")}>
              <Flex gap={6}>
                <InputNumber
                  id="goal-window"
                  min={1}
                  max={isDays ? 90 : 90 * 24}
                  precision={0}
                  value={isDays ? goal.window_hours / 24 : goal.window_hours}
                  onChange={(value) => value && onChange({ ...goal, window_hours: value * (isDays ? 24 : 1) })}
                />
                <Select
                  aria-label={t("goal.unit")}
                  value={isDays ? "days" : "hours"}
                  style={{ width: 92 }}
                  options={[{ value: "days", label: t("goal.days") }, { value: "hours", label: t("goal.hours") }]}
                  onChange={(next: "days" | "hours") => {
                    setUnit(next);
                    if (next === "days") onChange({ ...goal, window_hours: Math.ceil(goal.window_hours / 24) * 24 });
                  }}
                />
              </Flex>
            </Form.Item>
            <Form.Item label={t("goal.value")} htmlFor="goal-value" extra={t("goal.valueHint")} style={{ flex: 1, minWidth: 180 }}>
              <Select
                id="goal-value"
                allowClear
                placeholder={t("goal.noValue")}
                value={goal.value_property}
                options={valueOptions}
                onChange={(value?: string) => onChange({ ...goal, value_property: value ?? null })}
              />
            </Form.Item>
          </Flex>
        </>
      )}
    </Form>
  );
}
