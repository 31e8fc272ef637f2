import { Table } from "antd";
import type { ChartTable } from "./chart";

/** The numbers of a chart. */
export default function Numbers({ table }: { table: ChartTable }) {
  return (
    <Table
      size="small"
      pagination={false}
      sticky
      columns={table.columns.map((title, index) => ({ title, dataIndex: index, key: title }))}
      dataSource={table.rows.map((row, index) => ({ ...row, key: index }))}
    />
  );
}
