import { Form, Select, Slider, Switch } from "antd";
import { useTranslation } from "react-i18next";
import type { Theme } from "../model/block";
import { ColorField } from "./settings-fields";

/** Fonts that are there without being loaded; Chinese ones after them. */
const FONTS = {
  sans: "-apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', Arial, sans-serif",
  serif: "Georgia, 'Times New Roman', 'Songti SC', SimSun, serif",
  mono: "Menlo, Consolas, 'Courier New', monospace",
} as const;

interface Props {
  look: Theme;
  onChange: (fields: Partial<Theme>) => void;
}

/** How all blocks of all versions look. */
export function ThemeSettings({ look, onChange }: Props) {
  const { t } = useTranslation("campaigns");
  const fonts = (Object.keys(FONTS) as (keyof typeof FONTS)[]).map((key) => ({ value: FONTS[key] as string, label: t(`font.${key}`) }));
  if (!fonts.some((font) => font.value === look.font)) fonts.push({ value: look.font, label: look.font });
  const color = (name: "brand_color" | "text_color" | "background" | "content_background") => (
    <ColorField label={t(`look.${name}`)} value={look[name]} onChange={(next) => next && onChange({ [name]: next })} />
  );
  return (
    <Form layout="vertical" component="div">
      {color("brand_color")}
      {color("background")}
      {color("content_background")}
      {color("text_color")}
      <Form.Item label={t("look.font")} htmlFor="look-font">
        <Select id="look-font" value={look.font} options={fonts} onChange={(font) => onChange({ font })} />
      </Form.Item>
      <Form.Item label={t("look.width")}>
        <Slider min={320} max={800} step={10} value={look.width} ariaLabelForHandle={t("look.width")} onChange={(width) => onChange({ width })} />
      </Form.Item>
      <Form.Item label={t("look.dark")} htmlFor="look-dark" extra={t("look.darkHint")} style={{ marginBottom: 0 }}>
        <Switch id="look-dark" checked={look.is_dark_aware} onChange={(is_dark_aware) => onChange({ is_dark_aware })} />
      </Form.Item>
    </Form>
  );
}
