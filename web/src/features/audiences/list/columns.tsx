import { Link } from "@tanstack/react-router";
import { Button, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { useUserNames } from "@shared/session/user-names";
import type { ListColumn } from "@shared/ui/list-table";
import { Ago, Moment } from "@shared/ui/time";
import { RowActions } from "./actions";
import { UsedBy } from "../detail/used-by";
import { Freshness } from "./freshness";

export type Audience = Schema<"AudienceOut">;

interface Options {
  /** Show the people of an audience. */
  onPeople: (id: string) => void;
  sort: "name" | "size" | "refreshed" | undefined;
}

export function useAudienceColumns({ onPeople, sort }: Options): ListColumn<Audience>[] {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  const maySeePeople = useMay("profiles:read");
  const nameOf = useUserNames();
  // Each order has one direction, the useful one.
  const sorted = (key: typeof sort, order: "ascend" | "descend") => ({ sorter: true, sortDirections: [order], sortOrder: sort === key ? order : null });
  return [
    {
      key: "name",
      title: t("field.name"),
      ...sorted("name", "ascend"),
      csv: (row) => row.name,
      render: (_, row) => (
        <Flex vertical style={{ maxWidth: "clamp(300px, 24vw, 460px)" }}>
          <Link to="/audiences/$audienceId" params={{ audienceId: row.id }}><Typography.Text strong style={{ color: "inherit" }}>{row.name}</Typography.Text></Link>
          {row.description && <Typography.Text type="secondary" ellipsis style={{ fontSize: 12 }}>{row.description}</Typography.Text>}
        </Flex>
      ),
    },
    {
      key: "size",
      title: t("column.size"),
      align: "end",
      ...sorted("size", "descend"),
      csv: (row) => row.size,
      render: (_, row) =>
        row.size === null ? (
          <Typography.Text type="secondary">{t("state.none")}</Typography.Text>
        ) : (
          <Button type="link" size="small" className="numeric" disabled={!maySeePeople} aria-label={t("column.sizeOf", { count: row.size, shown: formats.number(row.size), name: row.name })} onClick={() => onPeople(row.id)}>
            {formats.number(row.size)}
          </Button>
        ),
    },
    { key: "state", title: t("column.state"), ...sorted("refreshed", "descend"), csv: (row) => row.refreshed_at, render: (_, row) => <Freshness audience={row} /> },
    { key: "schedule", title: t("field.schedule"), csv: (row) => row.schedule, render: (_, row) => (row.kind === "snapshot" ? t("kind.snapshot") : t(`schedule.${row.schedule}`)) },
    { key: "version", title: t("column.version"), csv: (row) => row.version, render: (_, row) => t("version", { version: row.version }) },
    { key: "usedBy", title: t("column.usedBy"), csv: (row) => row.used_by_count, render: (_, row) => <UsedBy audience={row} /> },
    { key: "owner", title: t("column.owner"), csv: (row) => nameOf(row.created_by) ?? row.created_by, render: (_, row) => nameOf(row.created_by) ?? <Typography.Text type="secondary">–</Typography.Text> },
    { key: "updated", title: t("column.updated"), csv: (row) => row.updated_at, render: (_, row) => <Ago at={row.updated_at} /> },
    { key: "created", title: t("column.created"), isExtra: true, csv: (row) => row.created_at, render: (_, row) => <Moment at={row.created_at} /> },
    { key: "actions", title: t("column.actions"), render: (_, row) => <RowActions audience={row} /> },
  ];
}
