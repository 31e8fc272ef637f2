import { Flex, Table, Tag, Typography, theme } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { PeopleCount } from "./people-count";
import type { Stage } from "./stages";

type Report = Schema<"CampaignReportOut">;
type Arm = Report["arms"][number];

const FUNNEL = ["assigned", "sent", "delivered", "opened", "clicked", "converted"] as const;
const TROUBLE = ["rejected", "bounced", "failed", "cancelled", "unknown", "waiting"] as const;
const HOLDOUT = "holdout";

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((one, other) => one + other, 0);

/** How many people of an arm were held back or lost, by how. */
export function troubleOf(arm: Arm): Record<(typeof TROUBLE)[number], number> {
  const state = (name: string) => arm.states[name] ?? 0;
  return {
    rejected: sum(arm.rejected), bounced: state("bounced"), failed: state("failed"), cancelled: state("cancelled"), unknown: state("unknown"),
    waiting: state("queued") + state("sending") + state("handing_over"),
  };
}

/** Each arm's way from the audience to the goal. All shares are of the people assigned. */
export function Arms({ report }: { report: Report }) {
  const { t } = useTranslation("campaigns/report");
  const formats = useFormats();
  const { token } = theme.useToken();
  const weights = report.arms.reduce((all, arm) => all + arm.weight, 0);
  const step = (arm: Arm, stage: (typeof FUNNEL)[number]) => {
    const count = arm[stage];
    const share = arm.assigned ? count / arm.assigned : 0;
    return (
      <div>
        <PeopleCount stage={stage as Stage} arm={arm.name} count={count} />
        {stage !== "assigned" && <Typography.Text type="secondary"> {formats.percent(share)}</Typography.Text>}
        <div aria-hidden style={{ height: 4, marginTop: 3, borderRadius: 2, background: token.colorFillSecondary }}>
          <div style={{ height: 4, borderRadius: 2, width: `${100 * share}%`, background: arm.name === HOLDOUT ? token.colorTextQuaternary : token.colorPrimary }} />
        </div>
      </div>
    );
  };
  return (
    <Table<Arm>
      size="small"
      rowKey="name"
      pagination={false}
      dataSource={report.arms}
      scroll={{ x: 1040 }}
      columns={[
        {
          title: t("arms.arm"), key: "arm", fixed: "start",
          render: (_, arm) => (
            <Flex vertical>
              <Typography.Text strong>{arm.name === HOLDOUT ? t("arms.holdout") : arm.name.toUpperCase()}</Typography.Text>
              <Typography.Text type="secondary">{t("arms.share", { share: formats.percent(weights ? arm.weight / weights : 0, 0) })}</Typography.Text>
            </Flex>
          ),
        },
        ...FUNNEL.map((stage) => ({
          title: t(`stage.${stage}`), key: stage, width: "clamp(92px, 6.8vw, 130px)",
          render: (_: unknown, arm: Arm) => (arm.name === HOLDOUT && stage !== "assigned" && stage !== "converted" ? <Typography.Text type="secondary">–</Typography.Text> : step(arm, stage)),
        })),
        { title: t("stage.unsubscribed"), key: "unsubscribed", align: "end", onHeaderCell: () => ({ style: { whiteSpace: "nowrap" } }), render: (_, arm) => <PeopleCount stage="unsubscribed" arm={arm.name} count={arm.unsubscribed} /> },
        {
          title: t("arms.trouble"), key: "trouble",
          render: (_, arm) => {
            const trouble = troubleOf(arm);
            return (
              <Flex gap={4} wrap style={{ maxWidth: 190 }}>
                {TROUBLE.filter((stage) => trouble[stage] > 0).map((stage) => (
                  <Tag key={stage} variant="filled">{t(`stage.${stage}`)} <PeopleCount stage={stage} arm={arm.name} count={trouble[stage]} /></Tag>
                ))}
              </Flex>
            );
          },
        },
        { title: t("arms.revenue"), key: "revenue", align: "end", render: (_, arm) => <span className="numeric">{formats.money(arm.revenue, report.currency)}</span> },
        { title: t("arms.perPerson"), key: "perPerson", align: "end", render: (_, arm) => <span className="numeric">{formats.money(arm.revenue_per_person, report.currency)}</span> },
      ]}
    />
  );
}
