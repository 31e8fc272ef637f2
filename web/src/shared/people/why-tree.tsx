import { CheckCircleFilled, CloseCircleFilled, MinusCircleOutlined } from "@ant-design/icons";
import { Flex, Typography, theme } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "../api/client";

type Why = Schema<"WhyOut">;

const show = (value: unknown): string => (Array.isArray(value) ? value.map(show).join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value));

/** Why somebody is (not) in: each condition with what is true of the person, nested as in the rule. */
export function WhyTree({ why }: { why: Why }) {
  const { t } = useTranslation();
  const { token } = theme.useToken();
  const icon =
    why.holds === null ? <MinusCircleOutlined style={{ color: token.colorTextDescription }} aria-label={t("why.unknown")} />
    : why.holds ? <CheckCircleFilled style={{ color: token.colorSuccess }} aria-label={t("why.holds")} />
    : <CloseCircleFilled style={{ color: token.colorError }} aria-label={t("why.fails")} />;
  const isGroup = why.parts.length > 0;
  const heading = why.kind === "any" ? t("why.any") : why.kind === "not" ? t("why.not") : t("why.all");
  return (
    <div>
      <Flex gap={8} align="baseline">
        {icon}
        <span>
          {isGroup ? <Typography.Text strong>{heading}</Typography.Text> : why.sentence}
          {!isGroup && why.actual !== null && why.actual !== undefined && (
            <Typography.Text type="secondary" style={{ display: "block" }}>{t("why.actual", { value: show(why.actual) })}</Typography.Text>
          )}
        </span>
      </Flex>
      {isGroup && (
        <Flex vertical gap={8} style={{ margin: "8px 0 0 7px", paddingInlineStart: 16, borderInlineStart: `1px solid ${token.colorBorder}` }}>
          {why.parts.map((part) => <WhyTree key={part.path} why={part} />)}
        </Flex>
      )}
    </div>
  );
}
