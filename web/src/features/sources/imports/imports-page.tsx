import { Link, useNavigate } from "@tanstack/react-router";
import { Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { EmptyState } from "@shared/ui/empty-state";
import { FaultBoundary } from "@shared/ui/fault-boundary";
import { Page } from "@shared/ui/page";
import { Panel } from "@shared/ui/panel";
import { IMPORT_TABS, importsRoute } from "../routes";
import { HistoryTab } from "./history-tab";
import { TrialTab } from "./trial-tab";

export function ImportsPage() {
  const { t } = useTranslation("sources");
  const navigate = useNavigate();
  const { tab = "history" } = importsRoute.useSearch();
  const mayImport = useMay("import:write");
  const content = { history: <HistoryTab />, try: <TrialTab /> };
  return (
    <Page title={t("imports.title")} lead={t("imports.lead")} before={<Link to="/sources">{t("back")}</Link>} actions={mayImport && <ApiButton method="GET" path="/imports" />}>
      {mayImport ? (
        <Tabs
          activeKey={tab}
          onChange={(key) => void navigate({ to: "/sources/imports", search: { tab: IMPORT_TABS.find((each) => each === key) } })}
          items={IMPORT_TABS.map((each) => ({ key: each, label: t(`imports.tab.${each}`), destroyOnHidden: each === "history", children: <FaultBoundary>{content[each]}</FaultBoundary> }))}
        />
      ) : (
        <Panel><EmptyState title={t("imports.forbidden")} hint={t("imports.forbiddenHint")} /></Panel>
      )}
    </Page>
  );
}
