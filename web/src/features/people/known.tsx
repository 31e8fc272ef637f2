import { EditOutlined, MinusCircleOutlined, PlusCircleOutlined } from "@ant-design/icons";
import { Alert, Flex, Table, Tooltip, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useNames } from "@shared/names";
import { useTraitNames } from "@shared/names/traits";
import { EmptyState } from "@shared/ui/empty-state";
import { QueryView } from "@shared/ui/query-view";
import { Moment } from "@shared/ui/time";
import { endOfDay } from "./days";
import { type Difference, comparePast } from "./past";
import { useSourceName } from "./traits";
import { showValue } from "./values";

const SIGNS: Record<Difference["change"], ReactNode> = { same: null, changed: <EditOutlined />, new: <PlusCircleOutlined />, gone: <MinusCircleOutlined /> };

/** What was known of a person at the end of a day, beside what is known today. */
export function Known({ person, day, profileId, reveal }: { person: Schema<"ProfileDetail">; day: string; profileId: string; reveal: boolean }) {
  const { t } = useTranslation("people");
  const formats = useFormats();
  const names = useNames();
  const traitName = useTraitNames();
  const sourceName = useSourceName();
  const moment = endOfDay(day, formats.timeZone);
  const query = hooks.useQuery("get", "/api/v1/profiles/{profile_id}/past", { params: { path: { profile_id: profileId }, query: { moment, reveal } } }, { staleTime: 60_000 });
  return (
    <QueryView query={query} rows={8}>
      {(past) => {
        const rows = comparePast(past, person);
        const differing = rows.filter(({ change }) => change !== "same").length;
        return (
          <>
            <Flex vertical gap={4} style={{ padding: "10px 12px" }}>
              <span aria-live="polite">{t("then.summary", { count: differing, day: formats.date(moment) })}</span>
              <Typography.Text type="secondary">{t("then.how")}</Typography.Text>
              {!past.is_complete && <Alert type="warning" showIcon title={t("then.incomplete")} />}
            </Flex>
            <Table<Difference>
              size="small" rowKey="name" pagination={false} dataSource={rows}
              locale={{ emptyText: <EmptyState title={t("then.none")} hint={t("then.noneHint")} /> }}
              columns={[
                { title: t("traits.field"), key: "name", width: 120, render: (_, { name }) => traitName(name) },
                {
                  title: t("then.then"), key: "then",
                  render: (_, { then }) => then && <Tooltip title={<>{sourceName(then.source_id)} · <Moment at={then.timestamp} /></>}><span>{showValue(then.value)}</span></Tooltip>,
                },
                {
                  title: t("then.today"), key: "today",
                  render: (_, { today, change }) => (
                    <Typography.Text strong={change !== "same"} type={change === "same" ? "secondary" : undefined}>
                      {change !== "same" && <Tooltip title={t(`then.change.${change}`)}><span role="img" aria-label={t(`then.change.${change}`)} style={{ marginInlineEnd: 4 }}>{SIGNS[change]}</span></Tooltip>}
                      {showValue(today)}
                    </Typography.Text>
                  ),
                },
              ]}
            />
            <Typography.Paragraph type="secondary" style={{ padding: "10px 12px", margin: 0 }}>
              {t("then.identifiers", { count: past.identifiers.length, today: person.identifiers.length })}{" "}
              {formats.list(past.identifiers.map((each) => t("join.identifier", { type: names.identifier(each.type), value: each.value })))}
            </Typography.Paragraph>
          </>
        );
      }}
    </QueryView>
  );
}
