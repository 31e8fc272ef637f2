import { useTranslation } from "react-i18next";

const KINDS = ["account", "company", "household", "organization", "team"] as const;

/** What people call a kind of account. The kind is free text of the event that made it: one that is not common keeps its own name. */
export function useAccountKind(): (kind: string) => string {
  const { t } = useTranslation();
  return (kind) => {
    const common = KINDS.find((each) => each === kind);
    return common ? t(`name.accountKind.${common}`) : kind;
  };
}
