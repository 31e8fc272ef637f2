import { DownloadOutlined } from "@ant-design/icons";
import type { UseQueryResult } from "@tanstack/react-query";
import { Button, Flex, Table, type TableColumnType } from "antd";
import { type Key, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ColumnChooser, useShownColumns } from "./list-columns";
import { saveCsv } from "./list-csv";
import { SavedViews } from "./list-views";
import { ProblemView } from "./problem-view";

/** A page of the API. */
export interface ApiPage<Row> {
  items: Row[];
  next_cursor?: string | null;
}

export interface ListColumn<Row> extends Omit<TableColumnType<Row>, "title" | "key"> {
  key: string;
  title: string;
  /** Shown only when chosen. */
  isExtra?: boolean;
  /** The cell in an exported file; columns without it are left out of the file. */
  csv?: (row: Row) => string | number | null | undefined;
}

interface Props<Row> {
  /** Names the list, for what its user chose to see. */
  name: string;
  query: Pick<UseQueryResult<ApiPage<Row>, unknown>, "data" | "error" | "isPending" | "isFetching" | "refetch">;
  columns: ListColumn<Row>[];
  rowKey: keyof Row & string;
  /** Search field and filters, at the left above the table. */
  filters?: ReactNode;
  /** Shown instead of rows when there are none. Tell apart "none yet" and "none found". */
  empty: ReactNode;
  /** Where the page shown begins; undefined for the first. Kept in the URL by the caller. */
  cursor?: string | undefined;
  onCursor?: (cursor: string | undefined) => void;
  /** All pages one by one, for the export. */
  loadPage?: (cursor: string | undefined) => Promise<ApiPage<Row>>;
  /** Buttons for the selected rows; given, rows can be selected. */
  bulk?: (selected: Row[], clear: () => void) => ReactNode;
  expandable?: (row: Row) => ReactNode;
  onSort?: (column: string, order: "ascend" | "descend" | undefined) => void;
}

/** The one list: search and filters, chosen columns, saved views, bulk actions, export, paging, and every state. */
export function ListTable<Row extends object>(props: Props<Row>) {
  const { name, query, columns, rowKey, filters, empty, cursor, onCursor, loadPage, bulk, expandable, onSort } = props;
  const { t } = useTranslation();
  const [selected, setSelected] = useState<Row[]>([]);
  const [isSaving, setSaving] = useState(false);
  const { shown, choose } = useShownColumns(name, columns);
  const clear = () => setSelected([]);

  const save = async () => {
    setSaving(true);
    try {
      await saveCsv(name, columns.filter((column) => column.csv), loadPage ?? (async () => query.data ?? { items: [] }));
    } finally {
      setSaving(false);
    }
  };

  return (
    <Flex vertical gap={10}>
      <Flex justify="space-between" gap={8} wrap>
        <Flex gap={8} wrap align="center">
          {filters}
          {bulk && selected.length > 0 && (
            <Flex gap={8} align="center" aria-live="polite">
              <span>{t("list.selected", { count: selected.length })}</span>
              {bulk(selected, clear)}
            </Flex>
          )}
        </Flex>
        <Flex gap={8}>
          <SavedViews name={name} />
          <ColumnChooser columns={columns} shown={shown} onChoose={choose} />
          {columns.some((column) => column.csv) && (
            <Button icon={<DownloadOutlined />} loading={isSaving} onClick={() => void save()}>{t("list.export")}</Button>
          )}
        </Flex>
      </Flex>
      {query.error ? <ProblemView problem={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.error && !query.data ? null : (
        <Table<Row>
          size="small"
          rowKey={rowKey}
          columns={columns.filter((column) => shown.includes(column.key))}
          dataSource={query.data?.items ?? []}
          loading={query.isPending}
          pagination={false}
          scroll={{ x: "max-content" }}
          locale={{ emptyText: query.isPending ? <div style={{ height: 120 }} /> : empty }}
          rowSelection={
            bulk && {
              selectedRowKeys: selected.map((row) => row[rowKey] as Key),
              onChange: (_, rows) => setSelected(rows),
              getCheckboxProps: () => ({ "aria-label": t("list.select") }) as object,
            }
          }
          expandable={expandable && { expandedRowRender: expandable, columnTitle: <span className="visually-hidden">{t("list.details")}</span> }}
          onChange={(_, __, sorter) => {
            if (!onSort || Array.isArray(sorter)) return;
            onSort(String(sorter.columnKey), sorter.order ?? undefined);
          }}
        />
      )}
      {onCursor && (cursor || query.data?.next_cursor) ? (
        <Flex justify="end" gap={8} align="center">
          <Button size="small" disabled={!cursor} onClick={() => onCursor(undefined)}>{t("list.first")}</Button>
          <Button
            size="small"
            disabled={!query.data?.next_cursor}
            loading={query.isFetching && !query.isPending}
            onClick={() => onCursor(query.data?.next_cursor ?? undefined)}
          >
            {t("list.next")}
          </Button>
        </Flex>
      ) : null}
    </Flex>
  );
}
