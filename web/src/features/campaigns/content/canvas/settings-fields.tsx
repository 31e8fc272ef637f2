import { AlignCenterOutlined, AlignLeftOutlined, AlignRightOutlined } from "@ant-design/icons";
import { Button, ColorPicker, Flex, Form, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import type { Align } from "../model/block";

interface AlignProps {
  value: Align;
  onChange: (align: Align) => void;
}

/** Left, in the middle or right. */
export function AlignField({ value, onChange }: AlignProps) {
  const { t } = useTranslation("campaigns");
  const choices = [
    { value: "left", icon: <AlignLeftOutlined aria-label={t("align.left")} />, tooltip: t("align.left") },
    { value: "center", icon: <AlignCenterOutlined aria-label={t("align.center")} />, tooltip: t("align.center") },
    { value: "right", icon: <AlignRightOutlined aria-label={t("align.right")} />, tooltip: t("align.right") },
  ] as const;
  return (
    <Form.Item label={t("field.align")}>
      <Segmented<Align> aria-label={t("field.align")} value={value} options={[...choices]} onChange={onChange} />
    </Form.Item>
  );
}

interface ColorProps {
  label: string;
  value: string | null;
  /** What null looks like; given, the field can be emptied. */
  usual?: string;
  onChange: (color: string | null) => void;
}

/** A colour, or the usual one. */
export function ColorField({ label, value, usual, onChange }: ColorProps) {
  const { t } = useTranslation("campaigns");
  return (
    <Form.Item label={label}>
      <Flex gap={8} align="center">
        <ColorPicker
          disabledAlpha
          format="hex"
          defaultFormat="hex"
          disabledFormat
          showText
          value={value ?? usual}
          onChangeComplete={(color) => onChange(color.toHexString().slice(0, 7).toLowerCase())}
        >
          <Button aria-label={t("field.colorNow", { label, color: value ?? usual })} icon={<span style={{ display: "inline-block", width: 16, height: 16, borderRadius: 4, verticalAlign: "-3px", background: value ?? usual, border: "1px solid #8886" }} />}>{value ?? usual}</Button>
        </ColorPicker>
        {usual !== undefined && value !== null && <Button size="small" type="link" onClick={() => onChange(null)}>{t("field.usual")}</Button>}
      </Flex>
    </Form.Item>
  );
}
