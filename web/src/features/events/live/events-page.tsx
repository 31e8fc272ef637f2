import { Flex } from "antd";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { ApiButton } from "@shared/ui/api-button";
import { Page } from "@shared/ui/page";
import { Panel } from "@shared/ui/panel";
import { eventsRoute } from "../routes";
import { EventFilters, type EventSearch, filtersOf } from "./event-filters";
import { Feed } from "./feed";

const queryOf = (search: EventSearch) => {
  const query = new URLSearchParams({ limit: "100" });
  for (const [name, value] of Object.entries(filtersOf(search)))
    for (const each of value === undefined ? [] : [value].flat()) query.append(name, each);
  return query;
};

export function EventsPage() {
  const { t } = useTranslation("events");
  const search = eventsRoute.useSearch();
  const navigate = useNavigate();
  const sources = hooks.useQuery("get", "/api/v1/sources", {}, { staleTime: 60_000 });
  const sourceNames = useMemo(() => new Map((sources.data?.items ?? []).map((each) => [each.id, each.name])), [sources.data]);
  const onSearch = useCallback((next: EventSearch) => void navigate({ to: "/events", search: next }), [navigate]);
  return (
    <Page title={t("live.title")} lead={t("live.lead")} actions={<ApiButton method="GET" path={`/events/recent?${queryOf(search)}`} />}>
      <Panel flush>
        <Flex style={{ padding: "12px 12px 8px" }}>
          <EventFilters search={search} onSearch={onSearch} sourceNames={sourceNames} />
        </Flex>
        <Feed key={JSON.stringify(filtersOf(search))} search={search} onSearch={onSearch} sourceNames={sourceNames} />
      </Panel>
    </Page>
  );
}
