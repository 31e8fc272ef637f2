import { BoldOutlined, ItalicOutlined, LinkOutlined, OrderedListOutlined, UnorderedListOutlined } from "@ant-design/icons";
import { Button, Flex, Tooltip } from "antd";
import { type ComponentProps, useRef } from "react";
import { useTranslation } from "react-i18next";
import { LiquidField, type LiquidHandle } from "./liquid-field";
import { VariablePicker } from "./variable-picker";

const IN_LINE = ["bold", "italic", "link"] as const;
const LISTS = ["bullets", "numbers"] as const;
type Mark = (typeof IN_LINE)[number] | (typeof LISTS)[number];

const ICONS = { bold: <BoldOutlined />, italic: <ItalicOutlined />, link: <LinkOutlined />, bullets: <UnorderedListOutlined />, numbers: <OrderedListOutlined /> };
const AROUND: Partial<Record<Mark, [string, string]>> = { bold: ["**", "**"], italic: ["*", "*"], link: ["[", "](https://)"] };

interface Props extends Omit<ComponentProps<typeof LiquidField>, "handle"> {
  /** Which marks can be put: those of paragraphs, those of one line, or none. */
  marks: "paragraphs" | "line" | "none";
}

/** A field of the message with its tools: marks and variables. */
export function TextField({ marks, ...field }: Props) {
  const { t } = useTranslation("campaigns");
  const handle = useRef<LiquidHandle>(null);
  const act = (mark: Mark) => {
    const [before, after] = AROUND[mark] ?? [];
    if (before !== undefined && after !== undefined) handle.current?.wrap(before, after);
    else handle.current?.lead(mark === "bullets" ? "- " : "1. ");
  };
  const tools = marks === "none" ? [] : marks === "line" ? IN_LINE : [...IN_LINE, ...LISTS];
  const picker = <VariablePicker onInsert={(text) => handle.current?.insert(text)} />;
  if (tools.length === 0 && field.mode === "line")
    return (
      <Flex gap={2} align="start">
        <div style={{ flex: 1, minWidth: 0 }}><LiquidField {...field} handle={handle} /></div>
        {picker}
      </Flex>
    );
  return (
    <Flex vertical gap={2}>
      <LiquidField {...field} handle={handle} />
      <Flex gap={2} justify="end" role="toolbar" aria-label={t("tools.of", { field: field.label })}>
        {tools.map((mark) => (
          <Tooltip key={mark} title={t(`tools.${mark}`)}>
            <Button size="small" type="text" icon={ICONS[mark]} aria-label={t(`tools.${mark}`)} onClick={() => act(mark)} />
          </Tooltip>
        ))}
        {picker}
      </Flex>
    </Flex>
  );
}
