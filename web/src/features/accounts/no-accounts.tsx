import { useTranslation } from "react-i18next";
import { CodeBlock } from "@shared/ui/code-block";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";

/** A call that makes an account: what every library with `group` sends. */
const CALL = JSON.stringify(
  { type: "group", userId: "user-1", groupId: "acme", traits: { kind: "company", name: "Acme Ltd", industry: "retail" } },
  null,
  2,
);

/** There are no accounts yet: how the first one comes about. */
export function NoAccounts() {
  const { t } = useTranslation("accounts");
  return (
    <EmptyState
      title={t("none.title")}
      hint={t("none.hint")}
      action={
        <>
          <div style={{ textAlign: "start", marginBottom: 12 }}><CodeBlock code={CALL} label={t("none.call")} /></div>
          <LinkButton to="/sources">{t("none.toSources")}</LinkButton>
        </>
      }
    />
  );
}
