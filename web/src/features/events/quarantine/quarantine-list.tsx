import { DeleteOutlined, ReloadOutlined, RollbackOutlined } from "@ant-design/icons";
import { Button, Flex, Segmented, Select, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "@shared/names";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { type ListColumn, ListTable } from "@shared/ui/list-table";
import { LinkButton } from "@shared/ui/link-button";
import { SearchField } from "@shared/ui/search-field";
import { Moment } from "@shared/ui/time";
import { QUARANTINE_STATES } from "../routes";
import { useReasonName } from "./reason-name";
import { type Quarantined, type QuarantineSearch, loadQuarantined, useQuarantined } from "./use-quarantine";
import type { Turn } from "./use-turn";

interface Props {
  search: QuarantineSearch;
  onSearch: (change: QuarantineSearch) => void;
  sourceNames: Map<string, string>;
  isSending: boolean;
  onReplay: (events: Quarantined[]) => void;
  onTurn: Turn;
}

export function QuarantineList({ search, onSearch, sourceNames, isSending, onReplay, onTurn }: Props) {
  const { t } = useTranslation("events");
  const mayWrite = useMay("quarantine:write");
  const query = useQuarantined(search);
  const nameOf = useReasonName();
  const names = useNames();
  const state = search.state ?? "open";
  const hasFilters = Boolean(search.reason ?? search.source ?? search.q);
  const columns: ListColumn<Quarantined>[] = [
    {
      key: "event",
      title: t("column.event"),
      csv: (row) => row.event,
      render: (_, row) => (
        <Button type="link" style={{ padding: 0, height: "auto" }} onClick={() => onSearch({ open: row.id })}>
          <Typography.Text strong style={{ color: "inherit" }}>{names.received(row.event, row.event)}</Typography.Text>
        </Button>
      ),
    },
    {
      key: "reason",
      title: t("quarantine.why"),
      csv: (row) => row.reason,
      render: (_, row) => (
        <div style={{ maxWidth: 340 }}>
          {nameOf(row.reason)}
          <Typography.Text type="secondary" ellipsis={{ tooltip: row.detail }} style={{ display: "block", fontSize: 12 }}>{row.detail}</Typography.Text>
        </div>
      ),
    },
    { key: "source", title: t("column.source"), csv: (row) => sourceNames.get(row.source_id) ?? row.source_id, render: (_, row) => sourceNames.get(row.source_id) ?? row.source_id },
    { key: "received", title: t("quarantine.received"), csv: (row) => row.received_at, render: (_, row) => <Moment at={row.received_at} seconds /> },
    ...(state === "replayed"
      ? [{ key: "replayed", title: t("quarantine.replayedAt"), csv: (row: Quarantined) => row.replayed_at, render: (_: unknown, row: Quarantined) => <Moment at={row.replayed_at} seconds /> }]
      : []),
    { key: "message", title: t("quarantine.messageId"), isExtra: true, csv: (row) => row.message_id, render: (_, row) => <span className="mono">{row.message_id}</span> },
  ];
  const bulk = (selected: Quarantined[], clear: () => void) => {
    const button = (icon: ReactNode, text: string, action: () => void) => (
      <Button
        icon={icon}
        loading={isSending}
        onClick={() => {
          action();
          clear();
        }}
      >
        {text}
      </Button>
    );
    return state === "open" ? (
      <Flex gap={8}>
        {button(<ReloadOutlined />, t("replay.action"), () => onReplay(selected))}
        {button(<DeleteOutlined />, t("discard.action"), () => void onTurn(selected, "discarded"))}
      </Flex>
    ) : (
      button(<RollbackOutlined />, t("discard.takeBack"), () => void onTurn(selected, "open"))
    );
  };

  return (
    <ListTable
      key={state} // other columns, and nothing stays selected
      name={`quarantine.${state}`}
      query={query}
      columns={columns}
      rowKey="id"
      cursor={search.cursor}
      onCursor={(cursor) => onSearch({ cursor })}
      loadPage={(cursor) => loadQuarantined(search, cursor)}
      filters={
        <>
          <Segmented
            value={state}
            aria-label={t("quarantine.state")}
            options={QUARANTINE_STATES.map((value) => ({ value, label: t(`state.${value}`) }))}
            onChange={(value) => onSearch({ state: value === "open" ? undefined : value })}
          />
          <SearchField value={search.q} placeholder={t("quarantine.search")} onChange={(q) => onSearch({ q })} width={220} />
          <Select
            allowClear
            value={search.source}
            placeholder={t("filter.source")}
            aria-label={t("filter.source")}
            options={[...sourceNames].map(([value, label]) => ({ value, label }))}
            onChange={(source: string | undefined) => onSearch({ source })}
            style={{ width: 150 }}
          />
        </>
      }
      empty={
        hasFilters || search.cursor ? (
          <EmptyState
            title={t("quarantine.noneFound")}
            action={<Button onClick={() => onSearch({ reason: undefined, source: undefined, q: undefined })}>{t("empty.clear")}</Button>}
          />
        ) : (
          <EmptyState
            title={t(`quarantine.none.${state}`)}
            hint={t(`quarantine.noneHint.${state}`)}
            action={state === "open" && <LinkButton to="/events">{t("quarantine.toLive")}</LinkButton>}
          />
        )
      }
      {...(state !== "replayed" && mayWrite ? { bulk } : {})}
    />
  );
}
