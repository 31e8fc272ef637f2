import { Button, Flex, Form, Input, Popover, Tag, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { useEditing } from "../editing-context";
import { type Vocabulary, needsFallback, written } from "../vocabulary";

type Variable = Vocabulary["variables"][number];

/** Chooses a variable and what to say to those who have no value for it. */
export function VariablePicker({ onInsert, size = "small" }: { onInsert: (text: string) => void; size?: "small" | "medium" }) {
  const { t } = useTranslation("campaigns");
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={isOpen}
      onOpenChange={setOpen}
      destroyOnHidden
      content={<Choice onInsert={(text) => { setOpen(false); onInsert(text); }} />}
    >
      <Tooltip title={isOpen ? undefined : t("variable.insert")}>
        <Button size={size} type="text" className="mono" aria-label={t("variable.insert")} aria-haspopup="dialog">{t("variable.sign")}</Button>
      </Tooltip>
    </Popover>
  );
}

function Choice({ onInsert }: { onInsert: (text: string) => void }) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const { vocabulary } = useEditing();
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<Variable | null>(null);
  const [fallback, setFallback] = useState("");
  const needle = search.trim().toLowerCase();
  const found = vocabulary.variables.filter((each) => !needle || `${each.name} ${each.label}`.toLowerCase().includes(needle));
  const choose = (each: Variable) => {
    if (!needsFallback(each.name)) return onInsert(written(each.name, null));
    setChosen(each);
  };

  if (chosen)
    return (
      <Form
        layout="vertical"
        style={{ width: 300 }}
        onFinish={() => onInsert(written(chosen.name, fallback))}
        aria-label={t("variable.insert")}
      >
        <Form.Item
          label={t("variable.fallback", { name: chosen.label })}
          htmlFor="variable-fallback"
          extra={chosen.coverage === null ? t("variable.fallbackHint") : t("variable.fallbackShare", { share: formats.percent(1 - chosen.coverage, 0) })}
        >
          <Input id="variable-fallback" autoFocus value={fallback} placeholder={t("variable.friend")} onChange={(event) => setFallback(event.target.value)} />
        </Form.Item>
        <Flex justify="end" gap={8}>
          <Button onClick={() => setChosen(null)}>{t("variable.back")}</Button>
          <Button type="primary" htmlType="submit" disabled={!fallback.trim()}>{t("variable.put")}</Button>
        </Flex>
      </Form>
    );
  return (
    <Flex component="section" aria-label={t("variable.insert")} vertical gap={8} style={{ width: 300 }}>
      <Input autoFocus allowClear value={search} placeholder={t("variable.search")} aria-label={t("variable.search")} onChange={(event) => setSearch(event.target.value)} />
      <Flex vertical style={{ maxHeight: 280, overflow: "auto" }}>
        {found.map((each) => (
          <Button key={each.name} type="text" style={{ height: "auto", justifyContent: "space-between", padding: "4px 8px" }} onClick={() => choose(each)}>
            <span style={{ textAlign: "start", whiteSpace: "normal" }}>
              {each.label} <Typography.Text type="secondary" className="mono" style={{ fontSize: 12 }}>{each.name}</Typography.Text>
            </span>
            {each.is_personal && <Tag style={{ marginInlineEnd: 0 }}>{t("variable.personal")}</Tag>}
          </Button>
        ))}
        {found.length === 0 && <Typography.Text type="secondary">{t("variable.none")}</Typography.Text>}
      </Flex>
    </Flex>
  );
}
