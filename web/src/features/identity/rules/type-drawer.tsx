import { Button, Checkbox, Divider, Drawer, Flex, Input, InputNumber, Radio, Segmented, Select, Switch, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "@shared/names";
import { Explained } from "./explained";
import { Facts } from "./facts";
import { type IdType, NAME, NORMALISERS, SENSITIVITIES, WINDOWS, isSame } from "./model";
import { saidOfType } from "./sentences";

interface Props {
  type: IdType | undefined;
  isBuiltIn: boolean;
  standard: IdType | undefined;
  taken: string[];
  mayWrite: boolean;
  onChange: (part: Partial<IdType>) => void;
  onClose: () => void;
  onRemove: () => void;
}

/** Every setting of a type of identifier, each explained. */
export function TypeDrawer({ type, isBuiltIn, standard, taken, mayWrite, onChange, onClose, onRemove }: Props) {
  const { t } = useTranslation("identity");
  const names = useNames();
  return (
    <Drawer
      open={type !== undefined}
      onClose={onClose}
      size={560}
      destroyOnHidden
      title={type && t("type.title", { name: names.identifier(type.name) })}
      extra={
        type && (
          <Flex gap={6} align="center">
            <span aria-hidden>{t("types.inUse")}</span>
            <Switch size="small" checked={type.is_enabled} disabled={!mayWrite} aria-label={t("types.inUse")} onChange={(isOn) => onChange({ is_enabled: isOn })} />
          </Flex>
        )
      }
      footer={
        type && (
          <Flex justify="space-between" gap={8}>
            {isBuiltIn ? (
              <Button disabled={!mayWrite || isSame(type, standard)} onClick={() => standard && onChange(standard)}>{t("type.standard")}</Button>
            ) : (
              <Button danger disabled={!mayWrite} onClick={onRemove}>{t("type.remove")}</Button>
            )}
            <Button type="primary" onClick={onClose}>{t("done")}</Button>
          </Flex>
        )
      }
    >
      {type && <Settings type={type} isBuiltIn={isBuiltIn} taken={taken} mayWrite={mayWrite} onChange={onChange} />}
    </Drawer>
  );
}

function Settings({ type, isBuiltIn, taken, mayWrite, onChange }: Pick<Props, "isBuiltIn" | "taken" | "mayWrite" | "onChange"> & { type: IdType }) {
  const { t } = useTranslation("identity");
  const names = useNames();
  const nature = type.is_shared ? "shared" : type.is_unique ? "unique" : "notUnique";
  const disabled = !mayWrite;
  return (
    <Flex vertical gap={16}>
      <Facts said={saidOfType(type)} name={names.identifier(type.name)} />
      {!isBuiltIn && <NameField name={type.name} taken={taken} disabled={disabled} onChange={(name) => onChange({ name })} />}
      <Explained label={t("type.limit")} hint={t("type.limitHint")}>
        {(named) => (
          <Flex gap={8} align="center">
            <InputNumber {...named} min={1} max={100_000} precision={0} value={type.limit} disabled={disabled} onChange={(limit) => limit && onChange({ limit })} />
            <Select aria-label={t("type.window")} value={type.window} disabled={disabled} style={{ width: 170 }} options={WINDOWS.map((value) => ({ value, label: t(`window.${value}`) }))} onChange={(window) => onChange({ window })} />
          </Flex>
        )}
      </Explained>
      <Explained label={t("type.nature")} hint={t(`nature.${nature}Hint`)}>
        {(named) => (
          <Segmented
            {...named}
            value={nature}
            disabled={disabled}
            style={{ alignSelf: "start" }}
            options={(["unique", "notUnique", "shared"] as const).map((value) => ({ value, label: t(`types.${value}`) }))}
            onChange={(next) => onChange({ is_unique: next === "unique", is_shared: next === "shared" })}
          />
        )}
      </Explained>
      <Explained label={t("type.cap")} hint={t("type.capHint")}>
        {(named) => (
          <Flex gap={12} align="center">
            <InputNumber {...named} min={1} max={1_000_000} precision={0} value={type.degree_cap} disabled={disabled || type.degree_cap === null} onChange={(cap) => cap && onChange({ degree_cap: cap })} />
            <Checkbox checked={type.degree_cap === null} disabled={disabled} onChange={(event) => onChange({ degree_cap: event.target.checked ? null : 10 })}>{t("types.noCap")}</Checkbox>
          </Flex>
        )}
      </Explained>
      <Explained label={t("type.priority")} hint={t("type.priorityHint")}>
        {(named) => <InputNumber {...named} min={0} max={1000} precision={0} value={type.priority} disabled={disabled} style={{ width: 120 }} onChange={(priority) => priority !== null && onChange({ priority })} />}
      </Explained>
      <Divider style={{ margin: 0 }} />
      <Explained label={t("type.normaliser")} hint={t(`normaliserHint.${type.normaliser}`)}>
        {(named) => <Select {...named} value={type.normaliser} disabled={disabled} options={NORMALISERS.map((value) => ({ value, label: t(`normaliser.${value}`) }))} onChange={(normaliser) => onChange({ normaliser })} />}
      </Explained>
      <Explained label={t("type.pattern")} hint={t("type.patternHint")}>
        {(named) => <Input {...named} className="mono" value={type.pattern} maxLength={200} disabled={disabled} placeholder={t("type.patternNone")} onChange={(event) => onChange({ pattern: event.target.value })} />}
      </Explained>
      <Explained label={t("type.blocked")} hint={t("type.blockedHint")}>
        {(named) => <Select {...named} mode="tags" open={false} suffixIcon={null} value={type.blocked} disabled={disabled} tokenSeparators={["\n"]} placeholder={t("type.blockedNone")} onChange={(blocked: string[]) => onChange({ blocked })} />}
      </Explained>
      <Explained label={t("type.blockedPatterns")} hint={t("type.blockedPatternsHint")}>
        {(named) => <Select {...named} mode="tags" open={false} suffixIcon={null} className="mono" value={type.blocked_patterns} disabled={disabled} placeholder={t("type.blockedNone")} onChange={(patterns: string[]) => onChange({ blocked_patterns: patterns })} />}
      </Explained>
      <Explained label={t("type.scope")} hint={t(`scopeHint.${type.scope}`)}>
        {(named) => <Radio.Group {...named} value={type.scope} disabled={disabled} options={(["workspace", "source"] as const).map((value) => ({ value, label: t(`scope.${value}`) }))} onChange={(event) => onChange({ scope: event.target.value === "source" ? "source" : "workspace" })} />}
      </Explained>
      <Explained label={t("type.sensitivity")} hint={t("type.sensitivityHint")}>
        {(named) => <Segmented {...named} style={{ alignSelf: "start" }} value={type.sensitivity} disabled={disabled} options={SENSITIVITIES.map((value) => ({ value, label: t(`sensitivity.${value}`) }))} onChange={(sensitivity) => onChange({ sensitivity })} />}
      </Explained>
      {disabled && <Typography.Text type="secondary">{t("mayNot")}</Typography.Text>}
    </Flex>
  );
}

interface NameProps {
  name: string;
  taken: string[];
  disabled: boolean;
  onChange: (name: string) => void;
}

/** A name takes effect when one leaves the field, so that it is never half a name. */
export function NameField({ name, taken, disabled, onChange }: NameProps) {
  const { t } = useTranslation("identity");
  const [typed, setTyped] = useState(name);
  const error = !NAME.test(typed) ? t("type.nameWrong") : taken.includes(typed) ? t("type.nameTaken") : undefined;
  const finish = () => {
    if (error) setTyped(name);
    else if (typed !== name) onChange(typed);
  };
  return (
    <Explained label={t("type.name")} hint={t("type.nameHint")} error={error}>
      {(named) => <Input {...named} className="mono" value={typed} maxLength={60} disabled={disabled} status={error ? "error" : ""} onChange={(event) => setTyped(event.target.value.trim())} onBlur={finish} onPressEnter={finish} />}
    </Explained>
  );
}
