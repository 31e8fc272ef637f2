import { CheckCircleFilled, CloseCircleFilled, EyeOutlined, MinusCircleOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Progress, Skeleton, Table, Tooltip, Typography, theme } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { PersonLink } from "@shared/people/person-link";
import { nameOf } from "@shared/people/person-words";
import { useMay } from "@shared/session";
import { useUserNames } from "@shared/session/user-names";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { Ago } from "@shared/ui/time";
import { Waterfall } from "./waterfall";
import { agreement, shownShare } from "./weights";

type Detail = Schema<"MatchPairDetail">;

interface Props {
  id: string;
  mayDecide: boolean;
  onDecide: (verdict: "same" | "different") => void;
  onUndo: () => void;
}

/** One pair: both records side by side, what speaks for and against, and the verdict. */
export function PairDetail({ id, mayDecide, onDecide, onUndo }: Props) {
  const { t } = useTranslation("identity");
  const mayReveal = useMay("profiles:reveal");
  const [isRevealed, setRevealed] = useState(false); // ends with the pair
  const query = hooks.useQuery("get", "/api/v1/identity/matching/pairs/{match_pair_id}", { params: { path: { match_pair_id: id }, query: { reveal: isRevealed } } });
  if (!query.data) return <Panel>{query.error ? <ProblemView problem={query.error} onRetry={() => void query.refetch()} /> : <Skeleton active paragraph={{ rows: 10 }} />}</Panel>;
  const pair = query.data;
  const isOpen = pair.status === "open";
  return (
    <Panel
      title={t("review.pair")}
      extra={
        <Flex gap={8}>
          <Tooltip title={mayReveal ? undefined : t("suspicious.mayNotReveal")}>
            <Button icon={<EyeOutlined />} disabled={!mayReveal} aria-pressed={isRevealed} onClick={() => setRevealed(!isRevealed)}>{t(isRevealed ? "suspicious.hide" : "review.reveal")}</Button>
          </Tooltip>
          {isOpen ? (
            <>
              <Button danger disabled={!mayDecide} onClick={() => onDecide("different")}>{t("review.different")}</Button>
              <Button type="primary" disabled={!mayDecide} onClick={() => onDecide("same")}>{t("review.same")}</Button>
            </>
          ) : pair.decision_id ? <Button onClick={onUndo}>{t("review.undo")}</Button> : null}
        </Flex>
      }
    >
      <Flex vertical gap={14}>
        <Verdict pair={pair} />
        <Sides pair={pair} />
        <Waterfall waterfall={pair.waterfall} />
      </Flex>
    </Panel>
  );
}

function Verdict({ pair }: { pair: Detail }) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  const userName = useUserNames();
  const shown = shownShare(pair.probability);
  const share = formats.percent(shown.share, shown.digits);
  return (
    <Flex gap={16} align="center">
      <Progress type="circle" size={56} percent={Math.floor(1000 * pair.probability) / 10} format={() => <span style={{ fontSize: 12 }}>{share}</span>} aria-label={t("review.probability", { share })} />
      <div>
        <Typography.Text strong>{t("review.probability", { share })}</Typography.Text>
        <div>{pair.reason_text}</div>
        <Typography.Text type="secondary"><Ago at={pair.found_at} say={(ago) => t("review.found", { ago })} /></Typography.Text>
      </div>
      {pair.status !== "open" && (
        <Alert style={{ marginInlineStart: "auto" }} type="info" showIcon title={<>{t(`review.status.${pair.status}`)} {pair.decided_by && userName(pair.decided_by)} <Ago at={pair.decided_at} /></>} />
      )}
    </Flex>
  );
}

/** What is known of both, with what agrees marked. */
function Sides({ pair }: { pair: Detail }) {
  const { t } = useTranslation("identity");
  const { token } = theme.useToken();
  const steps = new Map(pair.waterfall.steps.map((each) => [each.comparison, each]));
  const icons = {
    agrees: <CheckCircleFilled style={{ color: token.colorSuccess }} aria-label={t("review.agrees")} />,
    differs: <CloseCircleFilled style={{ color: token.colorError }} aria-label={t("review.differs")} />,
    unknown: <MinusCircleOutlined style={{ color: token.colorTextDescription }} aria-label={t("review.notCompared")} />,
  };
  const person = (index: 0 | 1) => {
    const one = pair.people[index];
    return one && <PersonLink id={one.id} label={nameOf(one)} target="_blank" />;
  };
  return (
    <Table
      size="small"
      bordered
      tableLayout="fixed"
      pagination={false}
      rowKey="field"
      dataSource={pair.sides}
      locale={{ emptyText: t("review.noSides") }}
      columns={[
        { title: t("review.field.title"), key: "field", dataIndex: "title", width: 130 },
        { title: person(0) ?? t("review.unknown"), key: "a", dataIndex: "a", render: (value: string | null) => value ?? <Typography.Text type="secondary">{t("review.blank")}</Typography.Text> },
        { title: person(1) ?? t("review.unknown"), key: "b", dataIndex: "b", render: (value: string | null) => value ?? <Typography.Text type="secondary">{t("review.blank")}</Typography.Text> },
        {
          title: t("review.agreement"), key: "agreement", width: 220,
          render: (_, side) => {
            const found = steps.get(side.field);
            return <Flex gap={6} align="baseline">{icons[agreement(found?.level)]}<span>{found && found.level !== "missing" ? found.text : t("review.notCompared")}</span></Flex>;
          },
        },
      ]}
    />
  );
}
