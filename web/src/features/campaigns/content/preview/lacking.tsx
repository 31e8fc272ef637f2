import { CheckCircleFilled, ExclamationCircleFilled } from "@ant-design/icons";
import { Flex, Typography, theme } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import type { Rendered } from "./use-render";

/** For each variable, how many of the audience have no value, and whether the message copes. */
export function Lacking({ lacking }: { lacking: Rendered["lacking"] }) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const { token } = theme.useToken();
  if (lacking.length === 0) return null;
  return (
    <Flex vertical gap={4} role="list" aria-label={t("lacking.title")}>
      {lacking.map((each) => {
        const isFine = each.has_fallback || each.people === 0;
        return (
          <Flex key={each.variable} role="listitem" justify="space-between" gap={12}>
            <span>
              {isFine ? <CheckCircleFilled style={{ color: token.colorSuccess }} /> : <ExclamationCircleFilled style={{ color: token.colorWarning }} />}{" "}
              <span className="mono">{each.variable}</span>
            </span>
            <Typography.Text type={isFine ? "secondary" : "warning"}>
              {each.people === 0 ? t("lacking.nobody") : t(each.has_fallback ? "lacking.fallback" : "lacking.none", { number: formats.number(each.people), of: formats.number(each.of) })}
            </Typography.Text>
          </Flex>
        );
      })}
    </Flex>
  );
}
