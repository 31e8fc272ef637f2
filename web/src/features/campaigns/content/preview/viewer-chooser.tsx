import { LeftOutlined, RightOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Flex, Segmented, Select, Tooltip } from "antd";
import { useEffect, useState } from "react";
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
  const isPerson = viewer.kind === "person";
  const members = useMembers(audienceId, isPerson);
  const first = members.people[0]?.id;
  useEffect(() => {
    if (isPerson && viewer.id === "" && first) onChange({ kind: "person", id: first });
  }, [isPerson, viewer, first, onChange]);
  const choose = (kind: Viewer["kind"]) => onChange(kind === "person" ? { kind, id: first ?? "" } : { kind });
  const isAllowed = mayReveal && audienceId !== null;
  const why = !mayReveal ? t("preview.mayNot") : audienceId === null ? t("preview.noAudience") : "";
  const at = isPerson ? members.people.findIndex((person) => person.id === viewer.id) : -1;
  const go = (id: string | undefined) => id && onChange({ kind: "person", id });
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
          <PersonSelect id={viewer.id} label={members.people[at]?.label} onChange={go} />
          <Tooltip title={t("preview.previous")}>
            <Button size="small" icon={<LeftOutlined />} aria-label={t("preview.previous")} disabled={at <= 0} onClick={() => go(members.people[at - 1]?.id)} />
          </Tooltip>
          <Tooltip title={t("preview.next")}>
            <Button
              size="small"
              icon={<RightOutlined />}
              aria-label={t("preview.next")}
              disabled={at + 1 >= members.people.length}
              onClick={() => {
                go(members.people[at + 1]?.id);
                if (at >= members.people.length - 5) members.more();
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
    people: (query.data?.pages ?? []).flatMap((page) => page.items.map(({ id, name, email }) => ({ id, label: [name, email].filter(Boolean).join(" · ") || id }))),
    more: () => query.hasNextPage && void query.fetchNextPage(),
  };
}

/** Finds a person by any identifier. */
function PersonSelect({ id, label, onChange }: { id: string; label: string | undefined; onChange: (id: string) => void }) {
  const { t } = useTranslation("campaigns");
  const [typed, setTyped] = useState("");
  const search = useSettled(typed.trim(), 300);
  const query = hooks.useQuery("get", "/api/v1/profiles", { params: { query: { search, limit: 20 } } }, { enabled: search !== "", staleTime: 30_000 });
  const found = (query.data?.items ?? []).map((person) => ({ value: person.id, label: person.identifiers.map((each) => each.value).slice(0, 2).join(" · ") || person.id }));
  if (id && !found.some((each) => each.value === id)) found.unshift({ value: id, label: label ?? id });
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
