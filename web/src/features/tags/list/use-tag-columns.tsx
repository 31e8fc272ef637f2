import { Link } from "@tanstack/react-router";
import { Skeleton, Tooltip, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import type { ListColumn } from "@shared/ui/list-table";
import { Ago } from "@shared/ui/time";
import { KindSign } from "../spread/kind";
import { RunState } from "../spread/run-state";
import { UsedBy } from "../spread/used-by";
import type { Row } from "./use-tag-list";

/** What the list says about each tag. */
export function useTagColumns(menu: (row: Row) => ReactNode): ListColumn<Row>[] {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const maySeeUsers = useMay("users:read");
  const users = hooks.useQuery("get", "/api/v1/users", { params: { query: { limit: 200 } } }, { enabled: maySeeUsers, staleTime: 300_000 });
  const nameOf = (id: string) => users.data?.items.find((user) => user.id === id)?.name ?? null;
  const share = ({ detail, tag }: Row) => (detail?.last_run?.people && tag.coverage !== null ? tag.coverage / detail.last_run.people : null);
  const coverage = (row: Row) => {
    if (row.tag.coverage === null) return "";
    const part = share(row);
    return part === null ? formats.number(row.tag.coverage) : t("list.coverageOf", { people: formats.number(row.tag.coverage), share: formats.percent(part) });
  };
  const waiting = <Skeleton.Node active style={{ width: 72, height: 16 }} />;

  return [
    {
      key: "name",
      title: t("column.name"),
      width: 260,
      render: (_, { tag }) => (
        <div style={{ maxWidth: 320 }}>
          <Link to="/tags/$tagId" params={{ tagId: tag.id }}>{tag.name}</Link>
          {tag.description && <Typography.Text type="secondary" ellipsis style={{ display: "block", fontSize: 12 }}>{tag.description}</Typography.Text>}
        </div>
      ),
      csv: ({ tag }) => tag.name,
    },
    { key: "kind", title: t("column.kind"), render: (_, { tag }) => <KindSign kind={tag.kind} />, csv: ({ tag }) => t(`kind.${tag.kind}`) },
    {
      key: "values",
      title: t("column.values"),
      render: (_, { tag, detail }) => (detail ? <Values tag={detail} /> : tag.run === null ? "" : waiting),
      csv: ({ detail }) => detail?.distribution?.distinct,
    },
    { key: "coverage", title: t("column.coverage"), align: "end", render: (_, row) => <span className="numeric">{coverage(row)}</span>, csv: ({ tag }) => tag.coverage },
    { key: "state", title: t("column.state"), render: (_, { tag, detail }) => (detail ? <RunState tag={detail} /> : <Ago at={tag.refreshed_at} />), csv: ({ tag }) => tag.refreshed_at },
    { key: "schedule", title: t("column.schedule"), render: (_, { tag }) => t(`schedule.${tag.schedule}`), csv: ({ tag }) => t(`schedule.${tag.schedule}`) },
    { key: "usedBy", title: t("column.usedBy"), render: (_, { detail }) => (detail ? <UsedBy users={detail.used_by} /> : waiting), csv: ({ detail }) => detail?.used_by.map((user) => user.name).join(", ") },
    { key: "owner", title: t("column.owner"), isExtra: !maySeeUsers, render: (_, { tag }) => nameOf(tag.created_by) ?? <span className="mono">{tag.created_by}</span>, csv: ({ tag }) => nameOf(tag.created_by) ?? tag.created_by },
    { key: "updated", title: t("column.updated"), render: (_, { tag }) => <Ago at={tag.updated_at} />, csv: ({ tag }) => tag.updated_at },
    { key: "actions", title: t("column.actions"), align: "end", render: (_, row) => menu(row) },
  ];
}

/** The commonest values, or how numbers spread. */
function Values({ tag }: { tag: NonNullable<Row["detail"]> }) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const spread = tag.distribution;
  if (!spread || spread.coverage === 0) return <Typography.Text type="secondary">{t("list.noValues")}</Typography.Text>;
  const { deciles, distinct, top } = spread;
  if (deciles && distinct > 20)
    return (
      <Tooltip title={t("list.spread", { least: formats.number(deciles[0] ?? 0, 2), most: formats.number(deciles[10] ?? 0, 2) })}>
        <span>{t("list.median", { median: formats.number(deciles[5] ?? 0, 2) })}</span>
      </Tooltip>
    );
  const all = top.map((entry) => String(entry.value));
  return (
    <Tooltip title={all.slice(0, 12).join(" · ")}>
      <span>{t("list.values", { count: distinct })} <Typography.Text type="secondary" ellipsis style={{ maxWidth: 140, fontSize: 12, verticalAlign: "bottom" }}>{all.slice(0, 3).join(" · ")}</Typography.Text></span>
    </Tooltip>
  );
}
