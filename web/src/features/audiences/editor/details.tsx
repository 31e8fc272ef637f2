import { Form, Input, Radio, Select } from "antd";
import { useTranslation } from "react-i18next";
import { Panel } from "@shared/ui/panel";
import type { Draft, Kind, Schedule } from "./model";

interface Props {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

/** What it is called. */
export function Basics({ draft, onChange, isStrict }: Props & { isStrict: boolean }) {
  const { t } = useTranslation("audiences");
  const isMissing = isStrict && draft.name.trim() === "";
  return (
    <Panel>
      <Form layout="vertical" component="div" style={{ display: "grid", gridTemplateColumns: "minmax(0, 2fr) minmax(0, 3fr)", gap: 12 }}>
        <Form.Item label={t("field.name")} htmlFor="audience-name" style={{ margin: 0 }} {...(isMissing ? { validateStatus: "error" as const, help: t("editor.missesName") } : {})}>
          <Input
            id="audience-name"
            value={draft.name}
            maxLength={200}
            placeholder={t("field.namePlaceholder")}
            aria-required
            aria-invalid={isMissing}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        </Form.Item>
        <Form.Item label={t("field.description")} htmlFor="audience-description" style={{ margin: 0 }}>
          <Input.TextArea
            id="audience-description"
            value={draft.description}
            maxLength={2_000}
            rows={1} style={{ fieldSizing: "content", maxHeight: 120 }}
            placeholder={t("field.descriptionPlaceholder")}
            onChange={(event) => onChange({ description: event.target.value })}
          />
        </Form.Item>
      </Form>
    </Panel>
  );
}

/** When its members are computed. */
export function Refreshing({ draft, isNew, onChange }: Props & { isNew: boolean }) {
  const { t } = useTranslation("audiences");
  return (
    <Panel title={t("editor.refreshing")}>
      <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 3fr) minmax(0, 2fr)", gap: 16 }}>
        <Radio.Group
          value={draft.kind}
          disabled={!isNew}
          aria-label={t("field.kind")}
          style={{ display: "flex", flexDirection: "column", gap: 8 }}
          onChange={(event) => onChange({ kind: event.target.value as Kind })}
          options={(["dynamic", "snapshot"] as const).map((kind) => ({
            value: kind,
            label: <KindLine name={t(`kind.${kind}`)} hint={t(`kindHint.${kind}`)} />,
          }))}
        />
        {draft.kind === "dynamic" && (
          <Form component="div" layout="vertical">
            <Form.Item label={t("field.schedule")} htmlFor="audience-schedule" style={{ margin: 0 }} extra={t(`scheduleHint.${draft.schedule}`)}>
              <Select<Schedule>
                id="audience-schedule"
                value={draft.schedule}
                options={(["hourly", "daily", "manual"] as const).map((schedule) => ({ value: schedule, label: t(`schedule.${schedule}`) }))}
                onChange={(schedule) => onChange({ schedule })}
              />
            </Form.Item>
          </Form>
        )}
      </div>
    </Panel>
  );
}

function KindLine({ name, hint }: { name: string; hint: string }) {
  return (
    <span>
      <strong>{name}</strong> <span style={{ color: "var(--ant-color-text-description)" }}>{hint}</span>
    </span>
  );
}

/** Why the rule is changed, for those who look at its history. */
export function VersionNote({ draft, version, onChange }: Props & { version: number }) {
  const { t } = useTranslation("audiences");
  return (
    <Panel title={t("editor.newVersion", { version })}>
      <Form component="div" layout="vertical">
        <Form.Item label={t("field.note")} htmlFor="audience-note" style={{ margin: 0 }} extra={t("field.noteHint")}>
          <Input id="audience-note" value={draft.note} maxLength={500} placeholder={t("field.notePlaceholder")} onChange={(event) => onChange({ note: event.target.value })} />
        </Form.Item>
      </Form>
    </Panel>
  );
}
