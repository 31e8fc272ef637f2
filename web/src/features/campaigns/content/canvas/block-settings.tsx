import { Form, InputNumber, Segmented, Slider, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { TextField } from "../code/text-field";
import { useEditing } from "../editing-context";
import type { Block, BlockFields, Theme } from "../model/block";
import { AlignField, ColorField } from "./settings-fields";

interface Props {
  block: Block;
  /** Its path in the arm. */
  path: string;
  look: Theme;
  onChange: (fields: BlockFields) => void;
}

/** What can be set of the chosen block besides its main text. */
export function BlockSettings({ block, path, look, onChange }: Props) {
  const { t } = useTranslation("campaigns");
  const { problems } = useEditing();
  const own = problems.filter((problem) => problem.path === path || problem.path.startsWith(`${path}.`));
  const line = (name: "src" | "alt" | "href" | "company" | "address" | "unsubscribe", value: string, hint?: string) => (
    <Form.Item label={t(`field.${name}`)} extra={hint}>
      <TextField
        mode={name === "company" || name === "address" ? "text" : "line"}
        marks="none"
        value={value}
        path={`${path}.${name}`}
        label={t(`field.${name}`)}
        placeholder={name === "href" || name === "src" ? t("field.httpsHint") : undefined}
        onChange={(text) => onChange({ [name]: text } as BlockFields)}
      />
    </Form.Item>
  );
  const fields = () => {
    switch (block.kind) {
      case "heading":
        return (
          <>
            <Form.Item label={t("field.level")}>
              <Segmented<1 | 2 | 3>
                aria-label={t("field.level")}
                value={block.level}
                options={([1, 2, 3] as const).map((level) => ({ value: level, label: t(`level.${level}`) }))}
                onChange={(level) => onChange({ level })}
              />
            </Form.Item>
            <AlignField value={block.align} onChange={(align) => onChange({ align })} />
          </>
        );
      case "text":
        return (
          <>
            <AlignField value={block.align} onChange={(align) => onChange({ align })} />
            <Typography.Text type="secondary" style={{ whiteSpace: "pre-line" }}>{t("field.markup")}</Typography.Text>
          </>
        );
      case "image":
        return (
          <>
            {line("src", block.src, t("field.srcHint"))}
            {line("alt", block.alt, t("field.altHint"))}
            {line("href", block.href)}
            <Form.Item label={t("field.width")} htmlFor="image-width">
              <InputNumber id="image-width" min={16} max={1_200} precision={0} value={block.width} placeholder={t("field.full")} suffix={t("unit.px")} onChange={(width) => onChange({ width })} />
            </Form.Item>
            <AlignField value={block.align} onChange={(align) => onChange({ align })} />
          </>
        );
      case "button":
        return (
          <>
            {line("href", block.href)}
            <ColorField label={t("field.color")} value={block.color} usual={look.brand_color} onChange={(color) => onChange({ color })} />
            <AlignField value={block.align} onChange={(align) => onChange({ align })} />
          </>
        );
      case "divider":
        return <ColorField label={t("field.color")} value={block.color} usual="#d5d8dd" onChange={(color) => onChange({ color })} />;
      case "spacer":
        return (
          <Form.Item label={t("field.height")}>
            <Slider min={4} max={200} value={block.height} ariaLabelForHandle={t("field.height")} onChange={(height) => onChange({ height })} />
          </Form.Item>
        );
      case "html":
        return <Typography.Text type="secondary">{t("field.htmlWarning")}</Typography.Text>;
      case "footer":
        return (
          <>
            {line("company", block.company)}
            {line("address", block.address, t("field.addressHint"))}
            {line("unsubscribe", block.unsubscribe, t("field.unsubscribeHint"))}
          </>
        );
      case "columns":
        return <Typography.Text type="secondary">{t("field.columnsHint")}</Typography.Text>;
    }
  };
  return (
    <Form layout="vertical" component="div">
      {fields()}
      {own.map((problem, index) => (
        <Typography.Paragraph key={index} type={problem.severity === "error" ? "danger" : "warning"} style={{ marginBottom: 6 }}>
          {problem.message} {problem.cure}
        </Typography.Paragraph>
      ))}
    </Form>
  );
}
