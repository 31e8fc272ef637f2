import { Button, Flex, Form, InputNumber, Segmented, Select, Switch, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { UnsavedGuard } from "@shared/ui/unsaved-guard";
import { useTell } from "@shared/ui/use-tell";
import { Explained } from "../rules/explained";
import { isSame } from "../rules/model";
import { settingsOf, useMatchingRefresh } from "./run-panel";

type Matching = Schema<"MatchingOut">;

const FIELDS = ["name", "phone", "email", "address", "birthday", "id_card"] as const;
const SCHEDULES = ["manual", "daily"] as const;

/** From where on people are asked, from where on they are joined, how often, and what is compared. */
export function MatchingSettings({ matching }: { matching: Matching }) {
  const { t } = useTranslation("identity");
  const tell = useTell();
  const formats = useFormats();
  const mayWrite = useMay("identity:write");
  const maySee = useMay("audiences:read");
  const refresh = useMatchingRefresh();
  const traits = hooks.useQuery("get", "/api/v1/fields", {}, { enabled: maySee, staleTime: 300_000, retry: false });
  const kept = settingsOf(matching);
  const [settings, setSettings] = useState(kept);
  const [problem, setProblem] = useState<unknown>(null);
  const [isSaving, setSaving] = useState(false);
  const isDirty = !isSame(settings, kept);
  const write = (part: Partial<typeof settings>) => setSettings({ ...settings, ...part });
  const options = (traits.data?.traits ?? []).map((each) => ({ value: each.name, label: each.label }));
  const disabled = !mayWrite;
  const isCrossed = settings.review > settings.merge;
  const save = async () => {
    setSaving(true);
    setProblem(null);
    try {
      await api.PUT("/api/v1/identity/matching", { body: settings });
      tell.done(t("review.saved"));
      await refresh();
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setSaving(false);
    }
  };
  return (
    <Panel
      title={t("review.tab.settings")}
      extra={
        <Flex gap={8}>
          {isDirty && <Button onClick={() => setSettings(kept)}>{t("save.revert")}</Button>}
          <Button type="primary" disabled={disabled || !isDirty || isCrossed} loading={isSaving} onClick={() => void save()}>{t("review.save")}</Button>
        </Flex>
      }
    >
      <UnsavedGuard isDirty={isDirty} />
      {problem ? <ProblemView problem={problem} /> : null}
      <Form component="div" layout="vertical" disabled={disabled}>
        <div className="identity-two">
          <Flex vertical gap={16}>
            <Flex gap={10} align="center">
              <Switch checked={settings.is_enabled} aria-label={t("review.enabled")} onChange={(isOn) => write({ is_enabled: isOn })} />
              <div><Typography.Text strong>{t("review.enabled")}</Typography.Text><Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>{t("review.enabledHint")}</Typography.Text></div>
            </Flex>
            <Explained label={t("review.schedule")}>
              {(named) => <div><Segmented {...named} value={settings.schedule} options={SCHEDULES.map((value) => ({ value, label: t(`review.every.${value}`) }))} onChange={(schedule) => write({ schedule })} /></div>}
            </Explained>
            <Explained label={t("review.from")} hint={t("review.fromHint", { share: formats.percent(settings.review) })} error={isCrossed ? t("review.crossed") : undefined}>
              {(named) => <Percent named={named} value={settings.review} onChange={(review) => write({ review })} />}
            </Explained>
            <Explained label={t("review.merge")} hint={t(settings.is_automatic ? "review.mergeHint" : "review.mergeOff", { share: formats.percent(settings.merge, 2) })}>
              {(named) => <Percent named={named} value={settings.merge} onChange={(merge) => write({ merge })} />}
            </Explained>
            <Flex gap={10} align="center">
              <Switch checked={settings.is_automatic} aria-label={t("review.automatic")} onChange={(isOn) => write({ is_automatic: isOn })} />
              <div><Typography.Text strong>{t("review.automatic")}</Typography.Text><Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>{t("review.automaticHint")}</Typography.Text></div>
            </Flex>
          </Flex>
          <Flex vertical gap={12}>
            <Typography.Text type="secondary">{t("review.fieldsLead")}</Typography.Text>
            {FIELDS.map((field) => (
              <Explained key={field} label={t(`review.field.${field}`)}>
                {(named) => <Select {...named} mode="tags" maxCount={10} value={settings.fields[field]} options={options} optionFilterProp="label" placeholder={t("review.fieldNone")} onChange={(names: string[]) => write({ fields: { ...settings.fields, [field]: names } })} />}
              </Explained>
            ))}
          </Flex>
        </div>
      </Form>
    </Panel>
  );
}

/** A probability as people write it. */
function Percent({ named, value, onChange }: { named: object; value: number; onChange: (share: number) => void }) {
  const number = Math.round(value * 10_000) / 100;
  return <InputNumber {...named} min={1} max={99.99} step={0.5} value={number} suffix="%" style={{ width: 130 }} onChange={(next) => next !== null && onChange(Math.round(next * 100) / 10_000)} />;
}
