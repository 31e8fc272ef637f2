import { Link } from "@tanstack/react-router";
import { Tooltip, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { useUserNames } from "@shared/session/user-names";
import type { ListColumn } from "@shared/ui/list-table";
import { Ago } from "@shared/ui/time";
import { KindSign } from "../spread/kind";
import { RunState } from "../spread/run-state";
import { UsedBy } from "../spread/used-by";
import type { Listed } from "./use-tag-list";

/** What the list says about each tag. */
export function useTagColumns(menu: (tag: Listed) => ReactNode): ListColumn<Listed>[] {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const nameOf = useUserNames();
  const maySeeUsers = useMay("users:read");
  const maySeePeople = useMay("profiles:read");
  const coverage = (tag: Listed) => {
    if (tag.coverage === null) return "";
    const people = formats.number(tag.coverage);
    return tag.people ? t("list.coverageOf", { people, share: formats.percent(tag.coverage / tag.people) }) : people;
  };
  return [
    {
      key: "name",
      title: t("column.name"),
      width: "clamp(190px, calc(40vw - 356px), 420px)", // what a wide screen has to give
      render: (_, tag) => (
        <div style={{ maxWidth: 420 }}>
          <Link to="/tags/$tagId" params={{ tagId: tag.id }}>{tag.name}</Link>
          {tag.description && <Typography.Text type="secondary" ellipsis style={{ display: "block", fontSize: 12 }}>{tag.description}</Typography.Text>}
        </div>
      ),
      csv: (tag) => tag.name,
    },
    { key: "kind", title: t("column.kind"), render: (_, tag) => <KindSign kind={tag.kind} />, csv: (tag) => t(`kind.${tag.kind}`) },
    { key: "values", title: t("column.values"), render: (_, tag) => <Values tag={tag} />, csv: (tag) => tag.distinct },
    {
      key: "coverage",
      title: t("column.coverage"),
      align: "end",
      render: (_, tag) =>
        maySeePeople && tag.coverage ? (
          <Link to="/tags/$tagId" params={{ tagId: tag.id }} search={{ tab: "people" }} className="numeric">{coverage(tag)}<span className="visually-hidden"> {t("list.peopleOf", { name: tag.name })}</span></Link>
        ) : <span className="numeric">{coverage(tag)}</span>,
      csv: (tag) => tag.coverage,
    },
    { key: "state", title: t("column.state"), render: (_, tag) => <RunState tag={tag} />, csv: (tag) => tag.refreshed_at },
    { key: "schedule", title: t("column.schedule"), render: (_, tag) => t(`schedule.${tag.schedule}`), csv: (tag) => t(`schedule.${tag.schedule}`) },
    { key: "usedBy", title: t("column.usedBy"), render: (_, tag) => <UsedBy tag={tag} />, csv: (tag) => tag.used_by_count },
    { key: "owner", title: t("column.owner"), isExtra: !maySeeUsers, render: (_, tag) => nameOf(tag.created_by) ?? <Typography.Text type="secondary">–</Typography.Text>, csv: (tag) => nameOf(tag.created_by) ?? tag.created_by },
    { key: "updated", title: t("column.updated"), render: (_, tag) => <Ago at={tag.updated_at} />, csv: (tag) => tag.updated_at },
    { key: "actions", title: t("column.actions"), align: "end", render: (_, tag) => menu(tag) },
  ];
}

const SHOWN = 3;

/** How many values there are, and which most people have. */
function Values({ tag: { distinct, top, kind, value_type: type } }: { tag: Listed }) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  if (!distinct) return <Typography.Text type="secondary">{t("list.noValues")}</Typography.Text>;
  const words = top.map((entry) => (typeof entry.value === "number" ? formats.number(entry.value, 2) : entry.value));
  const isMeasured = kind === "statistic" && type === "number";
  return (
    <Tooltip title={t("list.commonest", { values: formats.list(words) })}>
      <span>
        {t("list.values", { count: distinct, shown: formats.number(distinct) })}{" "}
        {!isMeasured && <Typography.Text type="secondary" ellipsis style={{ maxWidth: "clamp(64px, calc(30vw - 346px), 220px)", fontSize: 12, verticalAlign: "bottom" }}>{words.slice(0, SHOWN).join(" · ")}</Typography.Text>}
      </span>
    </Tooltip>
  );
}
