import { Flex, Form, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { TextField } from "./code/text-field";
import type { Arm } from "./model/block";

/** Width of a text in a mail program's list: a Chinese sign is as wide as two letters. */
export function listWidth(text: string): number {
  let width = 0;
  for (const sign of text.replace(/\{\{.*?\}\}|\{%.*?%\}/g, "")) width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(sign) ? 2 : 1;
  return width;
}

interface Props {
  arm: Arm;
  onChange: (fields: Partial<Arm>, key: string) => void;
}

/** What a mail program shows before the message is opened. */
export function SubjectFields({ arm, onChange }: Props) {
  const { t } = useTranslation("campaigns");
  const hint = (width: number, good: number) => (
    <Typography.Text type={width > good ? "warning" : "secondary"} style={{ fontSize: 12 }}>
      {t(width > good ? "subject.long" : "subject.length", { width, good })}
    </Typography.Text>
  );
  return (
    <Form layout="vertical" component="div">
      <Form.Item label={<Flex gap={8}>{t("subject.subject")} {hint(listWidth(arm.subject), 70)}</Flex>} style={{ marginBottom: 8 }}>
        <TextField mode="line" marks="none" value={arm.subject} path="subject" label={t("subject.subject")} placeholder={t("subject.subjectHint")} onChange={(subject) => onChange({ subject }, "subject")} />
      </Form.Item>
      <Form.Item label={<Flex gap={8}>{t("subject.preheader")} {hint(listWidth(arm.preheader), 90)}</Flex>} style={{ marginBottom: 0 }}>
        <TextField mode="line" marks="none" value={arm.preheader} path="preheader" label={t("subject.preheader")} placeholder={t("subject.preheaderHint")} onChange={(preheader) => onChange({ preheader }, "preheader")} />
      </Form.Item>
    </Form>
  );
}
