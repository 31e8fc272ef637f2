import { Select, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { RuleCatalog } from "./catalog";
import type { Mark } from "./editor-context";
import { MomentInput } from "./moment-input";
import { StepsNumber, UnitPick, unitsOf } from "./steps-input";
import type { Unit, WindowRule } from "./wire";

interface Props {
  value: WindowRule | undefined;
  catalog: RuleCatalog;
  onChange: (value: WindowRule | undefined, typed?: boolean) => void;
  mark: (part: string) => Mark;
}

const KINDS = ["all_time", "last", "ago", "fixed"] as const;

/** When the events happened. */
export function WindowInput({ value, catalog, onChange, mark }: Props) {
  const { t } = useTranslation("rules");
  const own = mark("window");
  return (
    <>
      <Select
        value={value?.kind ?? "all_time"}
        aria-label={t("window.label")}
        options={KINDS.map((kind) => ({ value: kind, label: t(`window.${kind}`) }))}
        onChange={(kind) => onChange(ofKind(kind, value))}
        popupMatchSelectWidth={false}
        {...(own && !value ? { status: own } : {})}
      />
      {value && value.kind !== "all_time" && <Details value={value} catalog={catalog} onChange={onChange} mark={mark} />}
    </>
  );
}

/** Another kind of window, as near to the old one as can be. */
function ofKind(kind: WindowRule["kind"], before: WindowRule | undefined): WindowRule | undefined {
  const unit: Unit = before?.kind === "last" || before?.kind === "ago" ? before.unit : "days";
  const steps = before?.kind === "last" ? before.value : before?.kind === "ago" ? before.least : undefined;
  switch (kind) {
    case "last":
      return { kind, value: steps ?? 30, unit };
    case "ago":
      return { kind, least: steps ?? 30, most: 3 * (steps ?? 30), unit };
    case "fixed":
      return { kind };
    case "all_time":
      return undefined;
  }
}

interface DetailsProps extends Props {
  value: Exclude<WindowRule, { kind: "all_time" }>;
}

function Details({ value, catalog, onChange, mark }: DetailsProps) {
  const { t } = useTranslation("rules");
  if (value.kind === "fixed") {
    const set = (part: "start" | "end", next: string | undefined) => {
      const { [part]: _before, ...rest } = value;
      onChange(next === undefined ? rest : { ...rest, [part]: next });
    };
    const status = mark("window");
    return (
      <Space size={4} wrap>
        <MomentInput value={value.start} label={t("window.start")} placeholder={t("window.open")} mayHaveTime mark={status} onChange={(next) => set("start", next)} />
        <span>{t("value.to")}</span>
        <MomentInput value={value.end} label={t("window.end")} placeholder={t("window.open")} mayHaveTime mark={status} onChange={(next) => set("end", next)} />
      </Space>
    );
  }
  const most = catalog.most(value.unit);
  const unit = <UnitPick value={value.unit} units={unitsOf(catalog)} mark={mark("window.unit")} onChange={(next) => onChange({ ...value, unit: next })} />;
  if (value.kind === "last") {
    const { value: _value, ...rest } = value;
    return (
      <Space size={4}>
        <StepsNumber
          value={value.value}
          label={t("value.steps")}
          least={1}
          most={most}
          mark={mark("window.value")}
          onChange={(next) => onChange(next === undefined ? rest : { ...rest, value: next }, true)}
        />
        {unit}
      </Space>
    );
  }
  const set = (part: "least" | "most", next: number | undefined) => {
    const { [part]: _before, ...rest } = value;
    onChange(next === undefined ? rest : { ...rest, [part]: next }, true);
  };
  return (
    <Space size={4}>
      <StepsNumber value={value.least} label={t("window.least")} least={0} most={most} mark={mark("window.least")} onChange={(next) => set("least", next)} />
      <span>{t("value.to")}</span>
      <StepsNumber value={value.most} label={t("window.most")} least={1} most={most} mark={mark("window.most")} onChange={(next) => set("most", next)} />
      {unit}
      <span>{t("window.before")}</span>
    </Space>
  );
}
