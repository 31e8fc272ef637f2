import { Button, Checkbox, Flex, Tag as Badge, Tooltip, Typography } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useMay } from "@shared/session";
import { useUserNames } from "@shared/session/user-names";
import { useConfirm } from "@shared/ui/confirm";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Ago } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";
import type { Tag } from "../model/definition";
import { tagRoute } from "../routes";
import { ChangeList } from "../spread/change-list";
import { InWords } from "../spread/in-words";

type Version = Schema<"TagVersionOut">;

/** Every definition that the tag has had: compare two, bring one back. */
export function VersionsTab({ tag }: { tag: Tag }) {
  const { t } = useTranslation("tags");
  const { before, after } = tagRoute.useSearch();
  const navigate = tagRoute.useNavigate();
  const query = hooks.useQuery("get", "/api/v1/tags/{tag_id}/versions", { params: { path: { tag_id: tag.id }, query: { limit: 100 } } });
  const chosen = [before, after].filter((version) => version !== undefined);
  const toggle = (version: number) => {
    const next = (chosen.includes(version) ? chosen.filter((each) => each !== version) : [...chosen.slice(-1), version]).sort((one, other) => one - other);
    void navigate({ search: (now) => ({ ...now, before: next[0], after: next[1] }), replace: true });
  };
  return (
    <div className="tag-overview">
      <Panel title={t("version.title")}>
        <QueryView query={query} rows={6}>
          {(page) => (
            <Flex vertical gap={14} component="ol" style={{ margin: 0, padding: 0, listStyle: "none" }}>
              {page.items.map((version) => <VersionItem key={version.version} tag={tag} version={version} isChosen={chosen.includes(version.version)} isOnly={page.items.length === 1} onToggle={() => toggle(version.version)} />)}
            </Flex>
          )}
        </QueryView>
      </Panel>
      <Panel title={t("version.compare")}>
        {before !== undefined && after !== undefined ? <Difference tag={tag} before={before} after={after} /> : <Typography.Text type="secondary">{t("version.compareHint")}</Typography.Text>}
      </Panel>
    </div>
  );
}

interface ItemProps {
  tag: Tag;
  version: Version;
  isChosen: boolean;
  isOnly: boolean;
  onToggle: () => void;
}

function VersionItem({ tag, version, isChosen, isOnly, onToggle }: ItemProps) {
  const { t } = useTranslation("tags");
  const mayWrite = useMay("tags:write");
  const nameOf = useUserNames();
  const confirm = useConfirm();
  const tell = useTell();
  const queries = useQueryClient();
  const who = nameOf(version.created_by);
  const isNewest = version.version === tag.version;
  const restore = async () => {
    try {
      await api.POST("/api/v1/tags/{tag_id}/versions/{version}/restore", {
        params: { path: { tag_id: tag.id, version: version.version } },
        body: { base_version: tag.version, note: t("version.restoreNote", { version: version.version }) },
      });
      await queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/tags") });
      tell.done(t("version.restored", { version: version.version, next: tag.version + 1 }));
    } catch (thrown) {
      tell.failed(thrown);
    }
  };
  return (
    <li>
      <Flex gap={8} align="center" wrap>
        {!isOnly && <Checkbox checked={isChosen} aria-label={t("version.choose", { version: version.version })} onChange={onToggle} />}
        <Typography.Text strong>{t("version.number", { version: version.version })}</Typography.Text>
        {isNewest && <Badge variant="filled" color="success">{t("version.newest")}</Badge>}
        {version.version === tag.values_version && !isNewest && <Badge variant="filled" color="warning">{t("version.values")}</Badge>}
        <Typography.Text type="secondary"><Ago at={version.created_at} />{who && <> · {who}</>}</Typography.Text>
        {!isNewest && !tag.is_archived && (
          <Tooltip title={mayWrite ? undefined : t("list.mayNot")}>
            <Button
              size="small"
              disabled={!mayWrite}
              style={{ marginInlineStart: "auto" }}
              onClick={() => confirm({ title: t("version.restoreTitle", { version: version.version }), impact: t("version.restoreImpact", { next: tag.version + 1, count: tag.used_by.length }), action: t("version.restore"), onConfirm: restore })}
            >
              {t("version.restore")}
            </Button>
          </Tooltip>
        )}
      </Flex>
      <div style={{ paddingInlineStart: isOnly ? 0 : 24 }}>
        {version.note && <Typography.Paragraph style={{ margin: "2px 0" }}>{t("version.note", { note: version.note })}</Typography.Paragraph>}
        <InWords sentence={version.sentence} levels={version.levels} />
      </div>
    </li>
  );
}

function Difference({ tag, before, after }: { tag: Tag; before: number; after: number }) {
  const { t } = useTranslation("tags");
  const query = hooks.useQuery("get", "/api/v1/tags/{tag_id}/diff", { params: { path: { tag_id: tag.id }, query: { before, after } } });
  return (
    <Flex vertical gap={8}>
      <Typography.Text type="secondary">{t("version.between", { before, after })}</Typography.Text>
      <QueryView query={query}>{(diff) => <ChangeList changes={diff.changes} />}</QueryView>
    </Flex>
  );
}
