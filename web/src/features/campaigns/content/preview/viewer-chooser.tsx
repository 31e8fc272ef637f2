import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Flex, Segmented, Select, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, hooks } from "@shared/api/client";
import { useMay } from "@shared/session";
import { type Viewer, useSettled } from "./use-render";

interface Props {
  viewer: Viewer;
  audienceId: string | null;
  onChange: (viewer: Viewer) => void;
}

/** With whose eyes the preview looks: nobody's, of whom nothing is known; whoever lacks the most; or a person's. */
export function ViewerChooser({ viewer, audienceId, onChange }: Props) {
  const { t } = useTranslation("campaigns");
  const mayReveal = useMay("profiles:reveal");
  const members = useMembers(audienceId, viewer.kind === "person");
  const choose = (kind: Viewer["kind"]) => {
    if (kind === "person") onChange({ kind, id: members.ids[0] ?? "" });
    else onChange({ kind });
  };
  const isAllowed = mayReveal && audienceId !== null;
  const why = !mayReveal ? t("preview.mayNot") : audienceId === null ? t("preview.noAudience") : "";
  const at = viewer.kind === "person" ? members.ids.indexOf(viewer.id) : -1;
  return (
    <Flex gap={6} align="center" wrap>
      <Segmented<Viewer["kind"]>
        size="small"
        aria-label={t("preview.as")}
        value={viewer.kind}
        options={[
          { value: "nobody", label: t("preview.nobody"), tooltip: t("preview.nobodyHint") },
          { value: "worst", label: t("preview.worst"), disabled: !isAllowed, tooltip: why || t("preview.worstHint") },
          { value: "person", label: t("preview.person"), disabled: !mayReveal, tooltip: mayReveal ? t("preview.personHint") : why },
        ]}
        onChange={choose}
      />
      {viewer.kind === "person" && (
        <Flex gap={4} style={{ flex: 1, minWidth: 180 }}>
          <PersonSelect id={viewer.id} onChange={(id) => onChange({ kind: "person", id })} />
          <Tooltip title={t("preview.previous")}>
            <Button size="small" icon={<LeftOutlined />} aria-label={t("preview.previous")} disabled={at <= 0} onClick={() => onChange({ kind: "person", id: members.ids[at - 1] ?? viewer.id })} />
          </Tooltip>
          <Tooltip title={t("preview.next")}>
            <Button
              size="small"
              icon={<RightOutlined />}
              aria-label={t("preview.next")}
              disabled={members.ids.length === 0 || (at === members.ids.length - 1 && !members.hasMore)}
              onClick={() => {
                const next = members.ids[at + 1];
                if (next) onChange({ kind: "person", id: next });
                if (at >= members.ids.length - 2) members.more();
              }}
            />
          </Tooltip>
        </Flex>
      )}
    </Flex>
  );
}

/** The people of the audience, page by page, to go through. */
function useMembers(audienceId: string | null, isWanted: boolean) {
  const query = useInfiniteQuery({
    queryKey: ["members to look with", audienceId],
    queryFn: async ({ pageParam, signal }) => {
      const { data } = await api.GET("/api/v1/audiences/{audience_id}/members", { params: { path: { audience_id: audienceId ?? "" }, query: { cursor: pageParam, limit: 50 } }, signal });
      return data ?? { items: [], next_cursor: null };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: audienceId !== null && isWanted,
    staleTime: 300_000,
  });
  return {
    ids: (query.data?.pages ?? []).flatMap((page) => page.items.map((person) => person.id)),
    hasMore: query.hasNextPage,
    more: () => void query.fetchNextPage(),
  };
}

/** Finds a person by any identifier. */
function PersonSelect({ id, onChange }: { id: string; onChange: (id: string) => void }) {
  const { t } = useTranslation("campaigns");
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim(), 300);
  const query = hooks.useQuery("get", "/api/v1/profiles", { params: { query: { search, limit: 20 } } }, { enabled: search !== "", staleTime: 30_000 });
  const found = (query.data?.items ?? []).map((person) => ({ value: person.id, label: person.identifiers.map((each) => each.value).slice(0, 2).join(" · ") || person.id }));
  return (
    <Select
      size="small"
      style={{ flex: 1, minWidth: 0 }}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      value={id || null}
      loading={query.isFetching}
      placeholder={t("preview.find")}
      aria-label={t("preview.find")}
      options={found}
      notFoundContent={search ? (query.isPending ? t("preview.searching") : t("preview.nobodyFound")) : t("preview.findHint")}
      onChange={(next) => next && onChange(next)}
    />
  );
}
