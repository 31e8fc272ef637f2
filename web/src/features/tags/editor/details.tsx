import { Form, Input, Radio, Select } from "antd";
import { useTranslation } from "react-i18next";
import { Panel } from "@shared/ui/panel";
import type { Details, NullPolicy, Schedule } from "../model/definition";

interface Props {
  details: Details;
  onChange: (part: Partial<Details>) => void;
}

/** What it is called. */
export function Basics({ details, onChange, isStrict }: Props & { isStrict: boolean }) {
  const { t } = useTranslation("tags");
  const isMissing = isStrict && details.name.trim() === "";
  return (
    <Panel>
      <Form layout="vertical" component="div" style={{ display: "grid", gridTemplateColumns: "minmax(0, 2fr) minmax(0, 3fr)", gap: 12 }}>
        <Form.Item label={t("field.name")} htmlFor="tag-name" style={{ margin: 0 }} {...(isMissing ? { validateStatus: "error" as const, help: t("editor.missesName") } : {})}>
          <Input id="tag-name" value={details.name} maxLength={200} placeholder={t("field.namePlaceholder")} aria-required aria-invalid={isMissing} onChange={(event) => onChange({ name: event.target.value })} />
        </Form.Item>
        <Form.Item label={t("field.description")} htmlFor="tag-description" style={{ margin: 0 }}>
          <Input.TextArea id="tag-description" value={details.description} maxLength={2_000} rows={1} style={{ fieldSizing: "content", maxHeight: 120 }} placeholder={t("field.descriptionPlaceholder")} onChange={(event) => onChange({ description: event.target.value })} />
        </Form.Item>
      </Form>
    </Panel>
  );
}

/** When the values are computed, and what becomes of old ones. */
export function Computing({ details, onChange }: Props) {
  const { t } = useTranslation("tags");
  return (
    <Panel title={t("editor.computing")}>
      <Form component="div" layout="vertical" style={{ display: "grid", gridTemplateColumns: "minmax(0, 2fr) minmax(0, 3fr)", gap: 20 }}>
        <Form.Item label={t("field.schedule")} htmlFor="tag-schedule" style={{ margin: 0 }} extra={t(`scheduleHint.${details.schedule}`)}>
          <Select<Schedule> id="tag-schedule" value={details.schedule} options={(["daily", "hourly", "manual"] as const).map((schedule) => ({ value: schedule, label: t(`schedule.${schedule}`) }))} onChange={(schedule) => onChange({ schedule })} />
        </Form.Item>
        <Form.Item label={t("field.nullPolicy")} style={{ margin: 0 }}>
          <Radio.Group
            value={details.nullPolicy}
            aria-label={t("field.nullPolicy")}
            style={{ display: "flex", flexDirection: "column", gap: 4 }}
            options={(["clear", "keep_last"] as const).map((policy) => ({ value: policy, label: <PolicyLine policy={policy} /> }))}
            onChange={(event) => onChange({ nullPolicy: event.target.value as NullPolicy })}
          />
        </Form.Item>
      </Form>
    </Panel>
  );
}

function PolicyLine({ policy }: { policy: NullPolicy }) {
  const { t } = useTranslation("tags");
  return (
    <span>
      {t(`nullPolicy.${policy}`)} <span style={{ color: "var(--ant-color-text-secondary)", fontSize: 12 }}>{t(`nullPolicyHint.${policy}`)}</span>
    </span>
  );
}

/** Why the definition is changed, for those who look at its history. */
export function VersionNote({ details, onChange, version }: Props & { version: number }) {
  const { t } = useTranslation("tags");
  return (
    <Panel title={t("editor.newVersion", { version })}>
      <Form component="div" layout="vertical">
        <Form.Item label={t("field.note")} htmlFor="tag-note" style={{ margin: 0 }} extra={t("field.noteHint")}>
          <Input id="tag-note" value={details.note} maxLength={500} placeholder={t("field.notePlaceholder")} onChange={(event) => onChange({ note: event.target.value })} />
        </Form.Item>
      </Form>
    </Panel>
  );
}
