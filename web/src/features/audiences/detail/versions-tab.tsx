import { useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useMay } from "@shared/session";
import { useUserNames } from "@shared/session/user-names";
import { useConfirm } from "@shared/ui/confirm";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Ago } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";
import { audienceRoute } from "../routes";
import { ChangeList } from "./change-list";
import "./detail.css";
import type { Audience } from "./model";

type Version = Schema<"Page_VersionOut_">["items"][number];

/** Every definition that it has had: compare two, bring one back. */
export function VersionsTab({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const { before, after } = audienceRoute.useSearch();
  const navigate = audienceRoute.useNavigate();
  const query = hooks.useQuery("get", "/api/v1/audiences/{audience_id}/versions", { params: { path: { audience_id: audience.id }, query: { limit: 100 } } });
  const chosen = [before, after].filter((version) => version !== undefined);
  const toggle = (version: number) => {
    const others = chosen.filter((each) => each !== version);
    const next = (others.length < chosen.length ? others : [...chosen.slice(-1), version]).sort((one, other) => one - other);
    void navigate({ search: (now) => ({ ...now, before: next[0], after: next[1] }), replace: true });
  };
  return (
    <div className="audience-versions">
      <Panel title={t("versions.title")}>
        <QueryView query={query} rows={6}>
          {(page) => (
            <Flex vertical gap={16} component="ol" style={{ margin: 0, padding: 0, listStyle: "none" }}>
              {page.items.map((version) => (
                <VersionItem
                  key={version.version}
                  audience={audience}
                  version={version}
                  isChosen={chosen.includes(version.version)}
                  isOnly={page.items.length === 1}
                  onToggle={() => toggle(version.version)}
                />
              ))}
            </Flex>
          )}
        </QueryView>
      </Panel>
      <Panel title={t("versions.compare")}>
        {before !== undefined && after !== undefined ? (
          <Difference audience={audience} before={before} after={after} />
        ) : (
          <Typography.Text type="secondary">{t(audience.version === 1 ? "versions.onlyOne" : "versions.compareHint")}</Typography.Text>
        )}
      </Panel>
    </div>
  );
}

interface ItemProps {
  audience: Audience;
  version: Version;
  isChosen: boolean;
  isOnly: boolean;
  onToggle: () => void;
}

function VersionItem({ audience, version, isChosen, isOnly, onToggle }: ItemProps) {
  const { t } = useTranslation("audiences");
  const nameOf = useUserNames();
  const isNewest = version.version === audience.version;
  const who = nameOf(version.created_by);
  return (
    <li>
      <Flex gap={8} align="center" wrap>
        {!isOnly && <Checkbox checked={isChosen} aria-label={t("versions.choose", { version: version.version })} onChange={onToggle} />}
        <Typography.Text strong>{t("version", { version: version.version })}</Typography.Text>
        {isNewest && <Tag variant="filled" color="success">{t("versions.newest")}</Tag>}
        {version.version === audience.members_version && !isNewest && <Tag variant="filled" color="warning">{t("versions.members")}</Tag>}
        <Typography.Text type="secondary"><Ago at={version.created_at} />{who && <> · {who}</>}</Typography.Text>
        {!isNewest && !audience.is_archived && <RestoreButton audience={audience} version={version} />}
      </Flex>
      {version.note && <Typography.Paragraph style={{ margin: "2px 0" }}>{t("versions.note", { note: version.note })}</Typography.Paragraph>}
      <Typography.Text type="secondary">{version.sentence}</Typography.Text>
    </li>
  );
}

function RestoreButton({ audience, version }: { audience: Audience; version: Version }) {
  const { t } = useTranslation("audiences");
  const mayWrite = useMay("audiences:write");
  const confirm = useConfirm();
  const tell = useTell();
  const queries = useQueryClient();
  if (!mayWrite) return null;
  /** `base` is the newest version now; the one that it was can be brought back in the same way. */
  const restore = async (wanted: number, base: number) => {
    try {
      await api.POST("/api/v1/audiences/{audience_id}/versions/{version}/restore", {
        params: { path: { audience_id: audience.id, version: wanted } },
        body: { base_version: base, note: t("versions.restoreNote", { version: wanted }) },
      });
      tell.done(t("versions.restored", { version: wanted, next: base + 1 }), { undo: () => void restore(base, base + 1) });
    } catch (thrown) {
      tell.failed(thrown);
    }
    await queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/audiences") });
  };
  const ask = () => {
    if (audience.used_by.length === 0) return void restore(version.version, audience.version);
    confirm({
      title: t("versions.restoreTitle", { version: version.version }),
      impact: t("versions.restoreImpact", { version: version.version, next: audience.version + 1, count: audience.used_by.length }),
      action: t("versions.restore"),
      onConfirm: () => restore(version.version, audience.version),
    });
  };
  return (
    <Button
      size="small"
      style={{ marginInlineStart: "auto" }}
      onClick={ask}
    >
      {t("versions.restore")}
    </Button>
  );
}

/** Two definitions, in words and part by part. */
function Difference({ audience, before, after }: { audience: Audience; before: number; after: number }) {
  const { t } = useTranslation("audiences");
  const query = hooks.useQuery("get", "/api/v1/audiences/{audience_id}/diff", { params: { path: { audience_id: audience.id }, query: { before, after } } });
  return (
    <QueryView query={query}>
      {(diff) => (
        <Flex vertical gap={12}>
          {([[before, diff.sentence_before], [after, diff.sentence_after]] as const).map(([version, sentence]) => (
            <div key={version}>
              <Typography.Text strong>{t("version", { version })}</Typography.Text>
              <Typography.Paragraph style={{ margin: 0 }}>{sentence}</Typography.Paragraph>
            </div>
          ))}
          <ChangeList changes={diff.changes} />
        </Flex>
      )}
    </QueryView>
  );
}
