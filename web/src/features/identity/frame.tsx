import { Badge, Flex } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { LinkButton } from "@shared/ui/link-button";
import { Page } from "@shared/ui/page";
import "./identity.css";

interface Props {
  at: "rules" | "suspicious" | "review" | "golden";
  actions?: ReactNode;
  after?: ReactNode;
  children: ReactNode;
}

const PLACES = [
  { key: "rules", to: "/identity" },
  { key: "suspicious", to: "/identity/suspicious" },
  { key: "review", to: "/identity/review" },
  { key: "golden", to: "/identity/golden-record" },
] as const;

/** How many suspicious cases nobody has looked at, of each kind. */
export const useOverview = () => hooks.useQuery("get", "/api/v1/identity/suspicious/overview", {}, { staleTime: 30_000 });

/** The screens about identity, with the way from one to the other. */
export function Frame({ at, actions, after, children }: Props) {
  const { t } = useTranslation("identity");
  const overview = useOverview();
  const matching = hooks.useQuery("get", "/api/v1/identity/matching", {}, { staleTime: 30_000 });
  const waiting = { rules: 0, suspicious: overview.data?.kinds.reduce((sum, each) => sum + each.count, 0) ?? 0, review: matching.data?.open_pairs ?? 0, golden: 0 };
  return (
    <Page title={t(`place.${at}`)} lead={t(`lead.${at}`)} actions={actions} after={after}>
      <Flex component="nav" gap={4} aria-label={t("places")} style={{ marginBottom: 12 }}>
        {PLACES.map(({ key, to }) => (
          <LinkButton key={key} to={to} type={key === at ? "primary" : "text"} {...(key === at ? { "aria-current": "page" as const } : {})}>
            {t(`place.${key}`)}
            {waiting[key] > 0 && <Badge count={waiting[key]} overflowCount={999} color={key === at ? "#0006" : undefined} style={{ boxShadow: "none" }} />}
          </LinkButton>
        ))}
      </Flex>
      {children}
    </Page>
  );
}
