import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Checkbox, Drawer, Flex, Input, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useNames } from "@shared/names";
import { useMay } from "@shared/session";
import { Explained } from "./explained";
import { ANY, EVIDENCE, type LinkRule, RULE_ID } from "./model";
import { useRuleWords } from "./waterfall-row";

interface Props {
  rule: LinkRule | undefined;
  taken: string[];
  types: string[];
  mayWrite: boolean;
  onChange: (part: Partial<LinkRule>) => void;
  onClose: () => void;
  onRemove: () => void;
}

/** What one step of the waterfall links. */
export function RuleDrawer({ rule, taken, types, mayWrite, onChange, onClose, onRemove }: Props) {
  const { t } = useTranslation("identity");
  return (
    <Drawer
      open={rule !== undefined}
      onClose={onClose}
      size={520}
      destroyOnHidden
      title={rule && t("rule.title", { name: rule.id })}
      footer={
        <Flex justify="space-between">
          <Button danger disabled={!mayWrite} onClick={onRemove}>{t("rule.remove")}</Button>
          <Button type="primary" onClick={onClose}>{t("done")}</Button>
        </Flex>
      }
    >
      {rule && <Fields rule={rule} taken={taken} types={types} disabled={!mayWrite} onChange={onChange} />}
    </Drawer>
  );
}

function Fields({ rule, taken, types, disabled, onChange }: Pick<Props, "taken" | "types" | "onChange"> & { rule: LinkRule; disabled: boolean }) {
  const { t } = useTranslation("identity");
  const names = useNames();
  const words = useRuleWords();
  const maySee = useMay("sources:read");
  const sources = hooks.useQuery("get", "/api/v1/sources", {}, { enabled: maySee, staleTime: 60_000 });
  const [typed, setTyped] = useState(rule.id);
  const error = !RULE_ID.test(typed) || typed === "decision" ? t("rule.idWrong") : taken.includes(typed) ? t("type.nameTaken") : undefined;
  const finish = () => {
    if (error) setTyped(rule.id);
    else if (typed !== rule.id) onChange({ id: typed });
  };
  const options = [{ value: ANY, label: t("waterfall.any") }, ...types.map((name) => ({ value: name, label: names.identifier(name) }))];
  const pairs = (next: LinkRule["pairs"]) => onChange({ pairs: next });
  return (
    <Flex vertical gap={16}>
      <Alert type="info" role="status" title={words(rule)} />
      <Explained label={t("rule.id")} hint={t("rule.idHint")} error={error}>
        {(named) => <Input {...named} className="mono" value={typed} maxLength={40} disabled={disabled} status={error ? "error" : ""} onChange={(event) => setTyped(event.target.value.trim())} onBlur={finish} onPressEnter={finish} />}
      </Explained>
      <Explained label={t("rule.kinds")} hint={t("rule.kindsHint")} error={rule.kinds.length === 0 ? t("rule.kindsNone") : undefined}>
        {(named) => (
          <Checkbox.Group
            {...named}
            value={rule.kinds}
            disabled={disabled}
            options={EVIDENCE.map((value) => ({ value, label: t(`evidence.${value}`) }))}
            onChange={(kinds) => onChange({ kinds: EVIDENCE.filter((each) => kinds.includes(each)) })}
          />
        )}
      </Explained>
      <Explained label={t("rule.pairs")} hint={t("rule.pairsHint")} error={rule.pairs.length === 0 ? t("rule.pairsNone") : undefined}>
        {() => (
          <Flex vertical gap={6}>
            {rule.pairs.map((pair, index) => (
              <Flex key={index} gap={6} align="center">
                {([0, 1] as const).map((side) => (
                  <Select
                    key={side}
                    showSearch={{ optionFilterProp: "label" }}
                    aria-label={t("rule.side", { number: index + 1, side: side + 1 })}
                    value={pair[side]}
                    disabled={disabled}
                    options={options}
                    style={{ flex: 1, minWidth: 0 }}
                    onChange={(name) => pairs(rule.pairs.map((each, at) => (at === index ? (side ? [each[0], name] : [name, each[1]]) : each)))}
                  />
                ))}
                <Button type="text" icon={<DeleteOutlined />} disabled={disabled} aria-label={t("rule.removePair", { number: index + 1 })} onClick={() => pairs(rule.pairs.filter((_, at) => at !== index))} />
              </Flex>
            ))}
            <Button type="dashed" icon={<PlusOutlined />} disabled={disabled} onClick={() => pairs([...rule.pairs, [ANY, ANY]])}>{t("rule.addPair")}</Button>
          </Flex>
        )}
      </Explained>
      <Explained label={t("rule.sources")} hint={t("rule.sourcesHint")}>
        {(named) => (
          <Select
            {...named}
            mode="multiple"
            value={rule.sources}
            disabled={disabled}
            optionFilterProp="label"
            placeholder={t("rule.sourcesAll")}
            options={(sources.data?.items ?? []).map((source) => ({ value: source.id, label: source.name }))}
            onChange={(ids) => onChange({ sources: ids })}
          />
        )}
      </Explained>
      {disabled && <Typography.Text type="secondary">{t("mayNot")}</Typography.Text>}
    </Flex>
  );
}
