import { EditOutlined, ReloadOutlined, TeamOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Flex, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { JobProgress } from "@shared/jobs/job-progress";
import { PeopleDrawer } from "@shared/people/people-drawer";
import { nameOf } from "@shared/people/person-words";
import { useMay } from "@shared/session";
import { Ago } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";

export const audienceOptions = (id: string) =>
  hooks.queryOptions("get", "/api/v1/audiences/{audience_id}", { params: { path: { audience_id: id } } });

/** Who is in the chosen audience: in words, how many, since when; and ways to look closer. */
export function ChosenAudience({ audience }: { audience: Schema<"AudienceDetail"> }) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const tell = useTell();
  const queries = useQueryClient();
  const mayWrite = useMay("audiences:write");
  const [jobId, setJobId] = useState<string | null>(null);
  const [isOpen, setOpen] = useState(false);
  const path = { params: { path: { audience_id: audience.id } } };

  const refresh = async () => {
    try {
      const { data } = await api.POST("/api/v1/audiences/{audience_id}/refresh", path);
      if (data) setJobId(data.job_id);
    } catch (problem) {
      tell.failed(problem);
    }
  };
  const refreshed = () => {
    setJobId(null);
    void queries.invalidateQueries({ queryKey: audienceOptions(audience.id).queryKey });
    void queries.invalidateQueries({ queryKey: ["get", "/api/v1/campaigns/{campaign_id}/reach"] });
  };
  const loadMembers = async (cursor: string | undefined) => {
    const { data } = await api.GET("/api/v1/audiences/{audience_id}/members", { params: { ...path.params, query: { cursor: cursor ?? null } } });
    const items = (data?.items ?? []).map((person) => ({ id: person.id, label: [person.name, person.email].filter(Boolean).join(" · ") || nameOf(person) }));
    return { items, next_cursor: data?.next_cursor };
  };

  return (
    <Flex vertical gap={8}>
      <Typography.Text>{audience.sentence}</Typography.Text>
      <Flex gap={12} align="center" wrap>
        {audience.size === null ? (
          <Typography.Text type="warning">{t("audience.neverComputed")}</Typography.Text>
        ) : (
          <>
            <Button type="link" style={{ padding: 0 }} icon={<TeamOutlined />} onClick={() => setOpen(true)}>
              {t("audience.people", { count: audience.size, number: formats.number(audience.size) })}
            </Button>
            <Typography.Text type="secondary"><Ago at={audience.refreshed_at} say={(ago) => t("audience.computed", { ago })} /></Typography.Text>
          </>
        )}
        {mayWrite && <Button size="small" icon={<ReloadOutlined />} disabled={jobId !== null} onClick={() => void refresh()}>{t("audience.refresh")}</Button>}
        <Link to="/audiences/$audienceId" params={{ audienceId: audience.id }}>{t("audience.open")}</Link>
        {mayWrite && <Link to="/audiences/$audienceId/edit" params={{ audienceId: audience.id }}><EditOutlined /> {t("audience.edit")}</Link>}
      </Flex>
      {jobId && <JobProgress jobId={jobId} title={t("audience.refreshing")} onFinished={refreshed} />}
      <PeopleDrawer open={isOpen} onClose={() => setOpen(false)} title={t("audience.membersOf", { name: audience.name })} queryKey={["audience", audience.id, audience.run]} load={loadMembers} />
    </Flex>
  );
}
