import { hooks } from "../api/client";
import { useMay } from "../session";

/** What people call a trait, in their language: as in the rule editor. A trait without a name of its own keeps the one it came with. */
export function useTraitNames(): (name: string) => string {
  const maySee = useMay("audiences:read");
  const { data } = hooks.useQuery("get", "/api/v1/fields", {}, { enabled: maySee, staleTime: 300_000, retry: false });
  const labels = new Map((data?.traits ?? []).map((each) => [each.name, each.label]));
  return (name) => labels.get(name) ?? name;
}
