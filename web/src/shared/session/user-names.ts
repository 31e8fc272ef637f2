import { useTranslation } from "react-i18next";
import { hooks } from "../api/client";
import { useMay } from ".";

const SYSTEM = "system";

/** Who an id of an actor is: a user, for those who may see users; Tributary itself. Nothing for those who are gone. */
export function useUserNames(): (id: string) => string | undefined {
  const { t } = useTranslation();
  const maySee = useMay("users:read");
  const { data } = hooks.useQuery("get", "/api/v1/users", { params: { query: { limit: 200 } } }, { enabled: maySee, staleTime: 300_000 });
  return (id) => (id === SYSTEM ? t("name.tributary") : data?.items.find((user) => user.id === id)?.name);
}
