import { type Schema, hooks } from "../api/client";
import { useMay } from "../session";

interface Sources {
  /** Every source, for those who may see them. */
  all: Schema<"SourceOut">[];
  /** What a source is called; its id where that is not known. */
  nameOf: (id: string) => string;
}

/** The sources of the workspace and what they are called. */
export function useSources(): Sources {
  const maySee = useMay("sources:read");
  const { data } = hooks.useQuery("get", "/api/v1/sources", {}, { enabled: maySee, staleTime: 60_000 });
  const all = data?.items ?? [];
  return { all, nameOf: (id) => all.find((source) => source.id === id)?.name ?? id };
}
