import { Link, useNavigate } from "@tanstack/react-router";
import { Flex, Menu } from "antd";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { FaultBoundary } from "@shared/ui/fault-boundary";
import { Page } from "@shared/ui/page";
import { Account } from "./account";
import { AuditLog } from "./audit-log";
import { Jobs } from "./jobs";
import { Roles } from "./roles";
import { settingsSectionRoute } from "./routes";
import { Tokens } from "./tokens";
import { Users } from "./users";
import { WorkspaceSettings } from "./workspace-settings";

const SECTIONS: { key: "workspace" | "users" | "roles" | "tokens" | "audit" | "jobs" | "account"; scope?: string; content: ComponentType }[] = [
  { key: "workspace", scope: "workspace:read", content: WorkspaceSettings },
  { key: "users", scope: "users:read", content: Users },
  { key: "roles", content: Roles },
  { key: "tokens", scope: "tokens:read", content: Tokens },
  { key: "audit", scope: "audit:read", content: AuditLog },
  { key: "jobs", scope: "jobs:read", content: Jobs },
  { key: "account", content: Account },
];

export function SettingsPage() {
  const { t } = useTranslation("settings");
  const { section } = settingsSectionRoute.useParams();
  const navigate = useNavigate();
  const { scopes } = useMe();
  const shown = SECTIONS.filter((each) => !each.scope || scopes.includes(each.scope));
  const current = shown.find((each) => each.key === section);
  const isKnown = SECTIONS.some((each) => each.key === section);
  return (
    <Page title={current ? t(`section.${current.key}`) : t("title")} lead={current && t(`lead.${current.key}`)}>
      <Flex gap={20} align="start">
        <nav aria-label={t("title")} style={{ flex: "none", width: 150 }}>
          <Menu
            selectedKeys={[section]}
            items={shown.map(({ key }) => ({ key, label: <Link to="/settings/$section" params={{ section: key }}>{t(`section.${key}`)}</Link> }))}
            onClick={({ key }) => void navigate({ to: "/settings/$section", params: { section: key } })}
            style={{ background: "transparent", borderInlineEnd: 0 }}
          />
        </nav>
        <div style={{ flex: 1, minWidth: 0 }}>
          <FaultBoundary key={section}>
            {current ? <current.content /> : <EmptyState title={t(isKnown ? "noRight" : "noSection")} hint={isKnown ? t("noRightHint") : undefined} />}
          </FaultBoundary>
        </div>
      </Flex>
    </Page>
  );
}
