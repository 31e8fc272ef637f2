import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@shared/api/client";
import { asJson } from "@shared/rules/check";
import type { Rule } from "@shared/rules/wire";
import type { Select } from "../model/selection";
import { type Distribution, type Slice, isWide, listSlices, rangeSlices, rangesOf } from "../model/slices";

interface Asked {
  spread: Distribution | null;
  /** Everybody. */
  people: number;
  /** The values in the order of the levels; null for a statistic. */
  order: (string | number)[] | null;
  select: Select;
  /** Changes when the numbers may have changed: a run, an edit. */
  state: unknown;
}

/** The distribution part by part. Numbers too many to be listed are counted in ranges, in one question to the server. */
export function useSlices({ spread, people, order, select, state }: Asked) {
  const ranges = useMemo(() => (spread?.deciles && isWide(spread) ? rangesOf(spread.deciles) : []), [spread]);
  const rules = ranges.map(select);
  const isCountable = rules.length > 0 && rules.every((rule) => rule !== null);
  const query = useQuery({
    queryKey: ["people of ranges", state, ranges],
    queryFn: async ({ signal }) => {
      const rule: Rule = { kind: "any", rules: rules.filter((each) => each !== null) };
      const { data } = await api.POST("/api/v1/audiences/estimate", { body: { rule: asJson(rule), sample: false }, signal });
      return (data?.steps ?? []).filter((step) => step.depth === 0).map((step) => step.alone);
    },
    enabled: isCountable,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
  const slices = useMemo<Slice[] | null>(() => {
    if (!spread) return null;
    if (!isCountable) return listSlices(spread, people, order);
    return query.data?.length === ranges.length ? rangeSlices(ranges, query.data, people - spread.coverage) : null;
  }, [spread, people, order, isCountable, query.data, ranges]);
  return { slices, isRanges: isCountable, isCounting: query.isFetching, error: query.error, retry: () => void query.refetch() };
}
