import type { FormRule } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";

/** A source may not be called like another one, not even in other letters: known before it is sent. */
export function useFreeName(ownId?: string): FormRule {
  const { t } = useTranslation("sources");
  const { data } = hooks.useQuery("get", "/api/v1/sources");
  return {
    validator: (_, typed: string | undefined) => {
      const wanted = (typed ?? "").trim().toLowerCase();
      const taken = data?.items.find((each) => each.id !== ownId && each.name.toLowerCase() === wanted);
      return taken && wanted ? Promise.reject(new Error(t("name.taken", { name: taken.name }))) : Promise.resolve();
    },
  };
}
