import { hooks } from "../api/client";
import { useMay } from ".";

/** Who an id of a user is, for those who may see users; nothing for others and for users who are gone. */
export function useUserNames(): (id: string) => string | undefined {
  const maySee = useMay("users:read");
  const { data } = hooks.useQuery("get", "/api/v1/users", { params: { query: { limit: 200 } } }, { enabled: maySee, staleTime: 300_000 });
  return (id) => data?.items.find((user) => user.id === id)?.name;
}
