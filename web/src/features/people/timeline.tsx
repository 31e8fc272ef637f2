import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, DatePicker, Flex, Select, Typography } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { api, hooks } from "@shared/api/client";
import { useNames } from "@shared/names";
import { EmptyState } from "@shared/ui/empty-state";
import { QueryView } from "@shared/ui/query-view";
import { DayBar } from "./day-bar";
import { EventLine } from "./event-line";
import { personRoute } from "./routes";
import { endOfDay } from "./days";

interface Props {
  profileId: string;
  reveal: boolean;
}

/** What the person did, newest first: by event, and from a day of one's choice backwards. */
export function Timeline({ profileId, reveal }: Props) {
  const { t } = useTranslation("people");
  const names = useNames();
  const { event, until } = personRoute.useSearch();
  const navigate = personRoute.useNavigate();
  const chosen = event ? [event] : undefined;
  const days = hooks.useQuery("get", "/api/v1/profiles/{profile_id}/timeline/days", { params: { path: { profile_id: profileId }, query: { event: chosen } } });
  const { data: known } = hooks.useQuery("get", "/api/v1/events/names", {}, { staleTime: 60_000, retry: false });
  const query = useInfiniteQuery({
    queryKey: ["timeline", profileId, event, until, reveal, days.data?.timezone],
    enabled: days.data !== undefined,
    queryFn: async ({ pageParam, signal }) => {
      const end = until && days.data ? endOfDay(until, days.data.timezone) : undefined;
      const { data } = await api.GET("/api/v1/profiles/{profile_id}/timeline", {
        params: { path: { profile_id: profileId }, query: { event: chosen, until: end, reveal, cursor: pageParam, limit: 30 } }, signal,
      });
      return data ?? { items: [], next_cursor: null };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const set = (next: { event?: string | undefined; until?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });

  return (
    <Flex vertical gap={12}>
      <Flex gap={8} wrap>
        <Select
          allowClear showSearch style={{ width: 220 }} value={event} placeholder={t("timeline.everyEvent")} aria-label={t("timeline.event")}
          options={(known?.items ?? []).map(({ name }) => ({ value: name, label: names.event(name) }))}
          onChange={(next?: string) => set({ event: next })}
        />
        <DatePicker
          aria-label={t("timeline.jump")} placeholder={t("timeline.jump")} value={until ? dayjs(until) : null}
          onChange={(day) => set({ until: day?.format("YYYY-MM-DD") })}
        />
        {(event ?? until) && <Button onClick={() => set({ event: undefined, until: undefined })}>{t("timeline.reset")}</Button>}
      </Flex>
      <QueryView query={days} rows={2}>{(data) => (data.items.length > 0 ? <DayBar days={data.items} chosen={until} onChoose={(day) => set({ until: day })} /> : null)}</QueryView>
      {days.data && (
        <QueryView
          query={query}
          rows={8}
          isEmpty={(data) => data.pages.every((page) => page.items.length === 0)}
          empty={<EmptyState title={t(event || until ? "timeline.noneFound" : "timeline.none")} hint={t(event || until ? "timeline.noneFoundHint" : "timeline.noneHint")} />}
        >
          {(data) => (
            <div>
              {data.pages.flatMap((page) => page.items).map((each) => <EventLine key={each.message_id} event={each} />)}
              {query.hasNextPage ? (
                <Button block style={{ marginTop: 8 }} loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t("timeline.older")}</Button>
              ) : (
                <Typography.Paragraph type="secondary" style={{ textAlign: "center", margin: "12px 0 0" }}>{t("timeline.end")}</Typography.Paragraph>
              )}
            </div>
          )}
        </QueryView>
      )}
    </Flex>
  );
}
