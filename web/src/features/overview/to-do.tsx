import { CheckCircleOutlined, ClockCircleOutlined, ExclamationCircleOutlined, RightOutlined, RocketOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Flex, Typography, theme } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { DemoOffer } from "./demo-offer";

type Item = Schema<"ToDoOut">;

const LISTS: Record<Item["target_type"], string> = {
  pipeline: "/events", source: "/sources", quarantine: "/quarantine", audience: "/audiences", tag: "/tags", campaign: "/campaigns",
};
const BEGINNINGS = new Set<Item["code"]>(["no_source", "no_audience", "no_campaign"]);
const CALM = new Set<Item["code"]>(["campaign_scheduled", "campaign_draft_ready", "audience_outdated", "tag_outdated"]);

/** Where an item leads: to the one thing that it names, else to their list. */
export function placeOf({ code, target_type, target_id }: Item): string {
  if (code === "no_audience") return "/audiences/new";
  const list = LISTS[target_type];
  return target_id && target_type !== "quarantine" && target_type !== "pipeline" ? `${list}/${target_id}` : list;
}

/** What failed, waits, or was not begun yet; the most urgent first. */
export function ToDo() {
  const { t } = useTranslation("overview");
  const { token } = theme.useToken();
  const query = hooks.useQuery("get", "/api/v1/overview/to-do", {}, { refetchInterval: 15_000 });
  const icon = (code: Item["code"]): ReactNode => {
    if (BEGINNINGS.has(code)) return <RocketOutlined style={{ color: token.colorPrimary }} />;
    if (CALM.has(code)) return <ClockCircleOutlined style={{ color: token.colorTextDescription }} />;
    return <ExclamationCircleOutlined style={{ color: token.colorWarning }} />;
  };
  return (
    <Panel title={t("todo.title")}>
      <DemoOffer />
      <QueryView
        query={query}
        isEmpty={(data) => data.items.length === 0}
        empty={<EmptyState title={<><CheckCircleOutlined /> {t("todo.none")}</>} hint={t("todo.noneHint")} />}
      >
        {(data) => (
          <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 10 }}>
            {data.items.map((item) => (
              <li key={item.code + item.target_id}>
                <Link to={placeOf(item)}>
                  <Flex gap={8} align="baseline">
                    {icon(item.code)}
                    <span style={{ flex: 1 }}>
                      {t(`todo.code.${item.code}`, { count: item.count })}
                      {item.name && <Typography.Text type="secondary" style={{ display: "block" }}>{item.name}</Typography.Text>}
                    </span>
                    <RightOutlined style={{ fontSize: 10 }} />
                  </Flex>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </QueryView>
    </Panel>
  );
}
