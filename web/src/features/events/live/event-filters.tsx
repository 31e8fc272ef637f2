import { Flex, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useNames } from "@shared/names";
import { SearchField } from "@shared/ui/search-field";
import { type LiveEvent, STATUSES } from "../model/event";
import { Outcome } from "./event-row";

export interface EventSearch {
  source?: string | undefined;
  event?: string[] | undefined;
  person?: string | undefined;
  status?: LiveEvent["status"][] | undefined;
}

/** The same as the API calls it. */
export const filtersOf = (search: EventSearch) => ({ source_id: search.source, event: search.event, person: search.person, status: search.status });

interface Props {
  search: EventSearch;
  onSearch: (next: EventSearch) => void;
  sourceNames: Map<string, string>;
}

/** Which events are looked at. */
export function EventFilters({ search, onSearch, sourceNames }: Props) {
  const { t } = useTranslation("events");
  const words = useNames();
  const names = hooks.useQuery("get", "/api/v1/events/names", {}, { staleTime: 60_000 });
  return (
    <Flex gap={8} wrap align="center" role="search" aria-label={t("filter.name")}>
      <Select
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        value={search.source}
        placeholder={t("filter.source")}
        aria-label={t("filter.source")}
        options={[...sourceNames].map(([value, label]) => ({ value, label }))}
        onChange={(source: string | undefined) => onSearch({ ...search, source })}
        style={{ width: 170 }}
      />
      <Select
        mode="multiple"
        allowClear
        maxTagCount="responsive"
        value={search.event ?? []}
        placeholder={t("filter.event")}
        aria-label={t("filter.event")}
        loading={names.isPending}
        options={(names.data?.items ?? []).map(({ name }) => ({ value: name, label: words.event(name) }))}
        notFoundContent={<Typography.Text type="secondary">{t("filter.noNames")}</Typography.Text>}
        onChange={(event: string[]) => onSearch({ ...search, event: event.length > 0 ? event : undefined })}
        style={{ width: 220 }}
      />
      <SearchField value={search.person} placeholder={t("filter.person")} onChange={(person) => onSearch({ ...search, person })} width={250} />
      <Select
        mode="multiple"
        allowClear
        maxTagCount="responsive"
        value={search.status ?? []}
        placeholder={t("filter.status")}
        aria-label={t("filter.status")}
        options={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
        optionRender={(option) => <Outcome status={option.value as LiveEvent["status"]} />}
        onChange={(status: LiveEvent["status"][]) => onSearch({ ...search, status: status.length > 0 ? status : undefined })}
        style={{ width: 190 }}
      />
    </Flex>
  );
}
