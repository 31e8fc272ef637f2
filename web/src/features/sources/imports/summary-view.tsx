import { Alert, Flex, Statistic, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { useNames } from "@shared/names";
import { type Summary, eventsIn } from "./summary";

/** What rows became: how many events of which name, and what was lost and why. */
export function SummaryView({ summary }: { summary: Summary }) {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const names = useNames();
  const figure = (title: string, value: number) => <Statistic title={title} value={value} formatter={() => formats.number(value)} />;
  return (
    <Flex vertical gap={12}>
      <Flex gap={36} wrap>
        {figure(t("imports.rows"), summary.rows)}
        {figure(t("imports.events"), eventsIn(summary))}
        {figure(t("imports.rejected"), summary.rowsRejected)}
        {figure(t("imports.partial"), summary.rowsPartial)}
        {figure(t("imports.unused"), summary.rowsUnused)}
      </Flex>
      {summary.events.length > 0 && (
        <Typography.Text>{formats.list(summary.events.map(([name, count]) => t("imports.counted", { name: names.event(name), number: formats.number(count) })))}</Typography.Text>
      )}
      {summary.lost.map((loss) => (
        <Alert
          key={loss.event}
          type="warning"
          showIcon
          title={t("imports.lost", { count: loss.events, number: formats.number(loss.events), event: names.event(loss.event) })}
          description={
            <ul style={{ margin: 0, paddingInlineStart: 18 }}>
              {loss.reasons.map(([reason, count]) => <li key={reason}>{t("imports.reason", { reason, number: formats.number(count) })}</li>)}
            </ul>
          }
        />
      ))}
    </Flex>
  );
}
