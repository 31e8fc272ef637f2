import { useNavigate, useSearch } from "@tanstack/react-router";
import { Spin } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { Page } from "@shared/ui/page";
import { ProblemView } from "@shared/ui/problem-view";

/** Makes a draft and goes to it. */
export function NewCampaignPage() {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const navigate = useNavigate();
  const { audience } = useSearch({ from: "/shell/campaigns/new" });
  const may = useMay("campaigns:write");
  const isStarted = useRef(false);
  const [problem, setProblem] = useState<unknown>(null);

  const create = useCallback(async () => {
    setProblem(null);
    try {
      const name = t("new.name", { date: formats.dateTime(new Date()) });
      const { data } = await api.POST("/api/v1/campaigns", { body: { name, audience_id: audience ?? null } });
      if (data) await navigate({ to: "/campaigns/$campaignId", params: { campaignId: data.id }, search: {}, replace: true });
    } catch (thrown) {
      setProblem(thrown);
    }
  }, [audience, formats, navigate, t]);

  useEffect(() => {
    if (isStarted.current || !may) return;
    isStarted.current = true; // also when React runs the effect twice
    void create();
  }, [create, may]);

  return (
    <Page title={t("new.title")}>
      {!may && <EmptyState title={t("may.write")} hint={t("may.ask")} />}
      {problem ? <ProblemView problem={problem} onRetry={() => void create()} /> : may && <Spin style={{ display: "block", margin: "15vh auto" }} />}
    </Page>
  );
}
