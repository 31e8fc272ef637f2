import { Button, Checkbox, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { useMay } from "@shared/session";
import { useUserNames } from "@shared/session/user-names";
import { Panel } from "@shared/ui/panel";
import { Status } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";
import { TryButton } from "../impact/try-button";
import { useApply } from "../impact/use-apply";
import { identityRoute } from "../routes";
import { rulesOf } from "./model";
import { Differences } from "./status-panel";
import type { Work } from "./use-work";

interface Row {
  version: number;
  note: string;
  created_by: string;
  created_at: string | null;
  applied_at: string | null;
  is_in_force: boolean;
}

/** Everything that was kept: who, when, why; compare two, go back to one. */
export function VersionsTab({ work }: { work: Work }) {
  const { t } = useTranslation("identity");
  const { before, after } = identityRoute.useSearch();
  const navigate = identityRoute.useNavigate();
  const { place, versions } = work;
  const chosen = [before, after].filter((version) => version !== undefined);
  const toggle = (version: number) => {
    const others = chosen.filter((each) => each !== version);
    const next = (others.length < chosen.length ? others : [...chosen.slice(-1), version]).sort((one, other) => one - other);
    void navigate({ search: (now) => ({ ...now, before: next[0], after: next[1] }), replace: true });
  };
  const builtIn: Row = { version: 0, note: "", created_by: "", created_at: null, applied_at: null, is_in_force: place?.inForce === 0 };
  const rows: Row[] = [...(versions.data?.items ?? []), builtIn];
  return (
    <div className="identity-two">
      <Panel flush title={t("versions.title")}>
        <ol className="identity-steps">
          {rows.map((row) => (
            <VersionRow key={row.version} row={row} work={work} isChosen={chosen.includes(row.version)} isOnly={rows.length === 1} onToggle={() => toggle(row.version)} />
          ))}
        </ol>
      </Panel>
      <Panel title={t("versions.compare")}>
        {before !== undefined && after !== undefined ? (
          <Flex vertical gap={8}>
            <Typography.Text strong>{t("versions.between", { before, after })}</Typography.Text>
            <Differences before={before} after={after} none={<Typography.Text type="secondary">{t("versions.same")}</Typography.Text>} />
          </Flex>
        ) : (
          <Typography.Text type="secondary">{t(rows.length === 1 ? "versions.onlyOne" : "versions.compareHint")}</Typography.Text>
        )}
      </Panel>
    </div>
  );
}

function VersionRow({ row, work, isChosen, isOnly, onToggle }: { row: Row; work: Work; isChosen: boolean; isOnly: boolean; onToggle: () => void }) {
  const { t } = useTranslation("identity");
  const mayWrite = useMay("identity:write");
  const nameOf = useUserNames();
  const tell = useTell();
  const navigate = identityRoute.useNavigate();
  const apply = useApply();
  const who = nameOf(row.created_by);
  const isDraft = work.place?.draft?.version === row.version;
  const edit = async () => {
    try {
      const { data } = await api.GET("/api/v1/identity/rules", { params: { query: { version: row.version } } });
      if (!data) return;
      work.startFrom(rulesOf(data));
      void navigate({ search: {} });
      tell.done(t("versions.started", { version: row.version }));
    } catch (thrown) {
      tell.failed(thrown);
    }
  };
  return (
    <li className="identity-step" style={{ alignItems: "flex-start" }}>
      {!isOnly && <Checkbox checked={isChosen} aria-label={t("versions.choose", { version: row.version })} onChange={onToggle} />}
      <div className="identity-step-words">
        <Flex gap={8} align="center" wrap>
          <Typography.Text strong>{row.version ? t("version", { version: row.version }) : t("versions.builtIn")}</Typography.Text>
          {row.is_in_force && <Status tone="good">{t("versions.inForce")}</Status>}
          {isDraft && <Status tone="waiting">{t("versions.draft")}</Status>}
          {row.created_at && <Typography.Text type="secondary">{who && <>{who} · </>}<Ago at={row.created_at} /></Typography.Text>}
        </Flex>
        {row.note && <div>{row.note}</div>}
        {row.applied_at && <Typography.Text type="secondary" style={{ fontSize: 12 }}><Ago at={row.applied_at} say={(ago) => t("versions.applied", { ago })} /></Typography.Text>}
        {mayWrite && (
          <Flex gap={6} wrap style={{ marginTop: 4 }}>
            {!row.is_in_force && <TryButton version={row.version} size="small" label={t("impact.try")} />}
            {!row.is_in_force && <Button size="small" loading={apply.isPending} onClick={() => apply.ask(row.version, null)}>{t(row.applied_at || row.version === 0 ? "versions.goBack" : "impact.apply")}</Button>}
            {work.version !== row.version && <Button size="small" type="text" disabled={work.isDirty} onClick={() => void edit()}>{t("versions.edit")}</Button>}
          </Flex>
        )}
      </div>
    </li>
  );
}
