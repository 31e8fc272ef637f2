import { PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Drawer, Flex, InputNumber, Select, Switch, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useTraitNames } from "@shared/names/traits";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { identityRoute } from "../routes";
import { ChangedTag } from "./changed-tag";
import { Explained } from "./explained";
import { Facts } from "./facts";
import { type Composite, freeName, newComposite } from "./model";
import type { PartProps } from "./part";
import { saidOfComposite } from "./sentences";
import { NameField } from "./type-drawer";

/** Keys made of several traits, such as name and birthday. */
export function CompositesPanel({ rules, work, mayWrite }: PartProps) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  const traitName = useTraitNames();
  const { composite: open } = identityRoute.useSearch();
  const navigate = identityRoute.useNavigate();
  const show = (composite: string | undefined) => void navigate({ search: (now) => ({ ...now, composite }), replace: true });
  const write = (name: string, part: Partial<Composite>) => work.edit({ composites: rules.composites.map((each) => (each.name === name ? { ...each, ...part } : each)) });
  const taken = [...rules.types, ...rules.composites].map((each) => each.name);
  const add = () => {
    const key = newComposite(freeName("name_birthday", taken));
    work.edit({ composites: [...rules.composites, key] });
    show(key.name);
  };
  const opened = rules.composites.find((each) => each.name === open);
  return (
    <Panel flush={rules.composites.length > 0} title={t("composites.title")} extra={<Button size="small" icon={<PlusOutlined />} disabled={!mayWrite} onClick={add}>{t("composites.add")}</Button>}>
      {rules.composites.length === 0 ? (
        <EmptyState title={t("composites.none")} hint={t("composites.noneHint")} />
      ) : (
        <ul className="identity-steps">
          {rules.composites.map((key) => (
            <li key={key.name} className="identity-step">
              <div className="identity-step-words">
                <Button type="link" size="small" style={{ padding: 0 }} className="mono" onClick={() => show(key.name)}>{key.name}</Button>{" "}
                <ChangedTag changes={work.changes} part="composite" name={key.name} />
                <Typography.Text type="secondary" style={{ display: "block" }}>
                  {key.traits.length ? t("composites.of", { traits: formats.list(key.traits.map(traitName)) }) : t("composites.empty")}
                </Typography.Text>
              </div>
              <Switch size="small" checked={key.is_enabled} disabled={!mayWrite} aria-label={t("types.inUseOf", { name: key.name })} onChange={(isOn) => write(key.name, { is_enabled: isOn })} />
            </li>
          ))}
        </ul>
      )}
      <Drawer
        key={open}
        open={opened !== undefined}
        onClose={() => show(undefined)}
        size={520}
        destroyOnHidden
        title={opened && t("type.title", { name: opened.name })}
        footer={
          <Flex justify="space-between">
            <Button danger disabled={!mayWrite} onClick={() => { work.edit({ composites: rules.composites.filter((each) => each.name !== open) }); show(undefined); }}>{t("composites.remove")}</Button>
            <Button type="primary" onClick={() => show(undefined)}>{t("done")}</Button>
          </Flex>
        }
      >
        {opened && (
          <Flex vertical gap={16}>
            <Facts said={saidOfComposite(opened)} name={opened.name} />
            <NameField name={opened.name} taken={taken.filter((name) => name !== open)} disabled={!mayWrite} onChange={(name) => { write(opened.name, { name }); show(name); }} />
            <Explained label={t("composites.traits")} hint={t("composites.traitsHint")} error={opened.traits.length < 2 ? t("composites.empty") : undefined}>
              {(named) => <TraitPick named={named} value={opened.traits} disabled={!mayWrite} onChange={(traits) => write(opened.name, { traits })} />}
            </Explained>
            <Explained label={t("type.limit")} hint={t("composites.limitHint")}>
              {(named) => <InputNumber {...named} min={1} precision={0} value={opened.limit} disabled={!mayWrite} style={{ width: 120 }} onChange={(limit) => limit && write(opened.name, { limit })} />}
            </Explained>
            <Explained label={t("type.cap")} hint={t("type.capHint")}>
              {(named) => (
                <Flex gap={12} align="center">
                  <InputNumber {...named} min={1} precision={0} value={opened.degree_cap} disabled={!mayWrite || opened.degree_cap === null} onChange={(cap) => cap && write(opened.name, { degree_cap: cap })} />
                  <Checkbox checked={opened.degree_cap === null} disabled={!mayWrite} onChange={(event) => write(opened.name, { degree_cap: event.target.checked ? null : 6 })}>{t("types.noCap")}</Checkbox>
                </Flex>
              )}
            </Explained>
            <Explained label={t("type.priority")} hint={t("type.priorityHint")}>
              {(named) => <InputNumber {...named} min={0} max={1000} precision={0} value={opened.priority} disabled={!mayWrite} style={{ width: 120 }} onChange={(priority) => priority !== null && write(opened.name, { priority })} />}
            </Explained>
          </Flex>
        )}
      </Drawer>
    </Panel>
  );
}

interface PickProps {
  named: object;
  value: string[];
  disabled: boolean;
  onChange: (traits: string[]) => void;
}

/** Traits that people have; others may be typed. */
function TraitPick({ named, value, disabled, onChange }: PickProps) {
  const maySee = useMay("audiences:read");
  const { data } = hooks.useQuery("get", "/api/v1/fields", {}, { enabled: maySee, staleTime: 300_000, retry: false });
  const options = (data?.traits ?? []).map((each) => ({ value: each.name, label: each.label }));
  return <Select {...named} mode="tags" value={value} disabled={disabled} options={options} optionFilterProp="label" onChange={onChange} />;
}
