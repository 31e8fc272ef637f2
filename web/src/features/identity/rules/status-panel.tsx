import { ExperimentOutlined } from "@ant-design/icons";
import { Descriptions, Flex, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useUserNames } from "@shared/session/user-names";
import { useMay } from "@shared/session";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Status } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";
import { TryButton } from "../impact/try-button";
import type { Version } from "./model";
import type { Work } from "./use-work";

/** Which rules hold now, and which wait. */
export function StatusPanel({ work }: { work: Work }) {
  const { t } = useTranslation("identity");
  const mayWrite = useMay("identity:write");
  const { place, versions } = work;
  if (!place) return null;
  const inForce = versions.data?.items.find((each) => each.version === place.inForce);
  const { draft } = place;
  return (
    <Panel>
      <Descriptions
        column={1}
        size="small"
        items={[
          {
            key: "force", label: t("status.inForce"),
            children: (
              <Flex gap={8} wrap align="center">
                <Status tone="good">{inForce ? t("version", { version: inForce.version }) : t("versions.builtIn")}</Status>
                {inForce ? <Who version={inForce} at={inForce.applied_at} /> : <Typography.Text type="secondary">{t("status.builtIn")}</Typography.Text>}
              </Flex>
            ),
          },
          {
            key: "draft", label: t("status.draft"),
            children: draft ? (
              <Flex vertical gap={6} style={{ width: "100%" }}>
                <Flex gap={8} wrap align="center">
                  <Status tone="waiting">{t("version", { version: draft.version })}</Status>
                  <Who version={draft} at={draft.created_at} />
                  {mayWrite && !work.isDirty && <span style={{ marginInlineStart: "auto" }}><TryButton version={draft.version} icon={<ExperimentOutlined />} label={t("impact.try")} type="primary" /></span>}
                </Flex>
                <Differences before={place.inForce} after={draft.version} none={<Typography.Text type="secondary">{t("status.same")}</Typography.Text>} />
              </Flex>
            ) : (
              <Typography.Text type="secondary">{t(mayWrite ? "status.noDraft" : "status.readOnly")}</Typography.Text>
            ),
          },
        ]}
      />
    </Panel>
  );
}

function Who({ version, at }: { version: Version; at: string | null }) {
  const nameOf = useUserNames();
  const who = nameOf(version.created_by);
  return (
    <Typography.Text type="secondary">
      {who && <>{who} · </>}<Ago at={at} />{version.note && <> · {version.note}</>}
    </Typography.Text>
  );
}

/** What a version says otherwise than another, in sentences of the server. */
export function Differences({ before, after, none }: { before: number; after: number; none: ReactNode }) {
  const { t } = useTranslation("identity");
  const query = hooks.useQuery("get", "/api/v1/identity/rules/diff", { params: { query: { before, after } } }, { staleTime: 60_000 });
  return (
    <QueryView query={query} rows={1} isEmpty={(data) => data.changes.length === 0} empty={none}>
      {(data) => (
        <ul className="identity-facts" aria-label={t("status.changes", { count: data.changes.length })}>
          {data.changes.map((change) => <li key={change}>{change}</li>)}
        </ul>
      )}
    </QueryView>
  );
}
