import { ArrowDownOutlined, ArrowUpOutlined, ExclamationCircleOutlined, MinusOutlined, QuestionCircleOutlined } from "@ant-design/icons";
import { Alert, Flex, Typography, theme } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { Panel } from "@shared/ui/panel";
import { PeopleCount } from "./people-count";

type Report = Schema<"CampaignReportOut">;

/** The report in a sentence, and what stands against believing it. */
export function Verdict({ report }: { report: Report }) {
  const { t } = useTranslation("campaigns/report");
  const { token } = theme.useToken();
  const { code, text, is_preliminary: isPreliminary } = report.verdict;
  // Never by colour alone: an arrow says the direction, in markets where red means up as well.
  const looks: Record<string, { icon: ReactNode; color: string }> = {
    raised: { icon: <ArrowUpOutlined />, color: token.colorSuccess },
    lowered: { icon: <ArrowDownOutlined />, color: token.colorError },
    not_proven: { icon: <MinusOutlined />, color: token.colorTextSecondary },
    sample_ratio_mismatch: { icon: <ExclamationCircleOutlined />, color: token.colorError },
  };
  const look = looks[code] ?? { icon: <QuestionCircleOutlined />, color: token.colorTextSecondary };
  const mismatch = report.sample_ratio?.is_mismatch ? report.sample_ratio : null;
  return (
    <Panel>
      <Flex gap={16} align="start">
        <span style={{ fontSize: 28, lineHeight: 1, color: look.color }} aria-hidden>{look.icon}</span>
        <div>
          <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
            {t(`verdict.${code as "raised"}`)}
            {isPreliminary && <Typography.Text type="secondary"> · {t("verdict.preliminary")}</Typography.Text>}
          </Typography.Title>
          <Typography.Paragraph style={{ margin: "4px 0 0", maxWidth: 900 }}>{text}</Typography.Paragraph>
        </div>
      </Flex>
      <Flex vertical gap={8} style={{ marginTop: 12 }}>
        {!report.is_causal && !mismatch && <Alert type="info" showIcon title={t("notCausal.title")} description={t("notCausal.cure")} />}
        {mismatch && <Alert type="error" showIcon title={t("mismatch.title", { p: mismatch.p_value.toPrecision(2) })} description={t("mismatch.cure")} />}
        {report.crossed > 0 && (
          <Alert type="info" showIcon title={<>{t("crossed.title")} <PeopleCount stage="crossed" count={report.crossed} /></>} description={t("crossed.hint")} />
        )}
      </Flex>
    </Panel>
  );
}
