import { TableOutlined } from "@ant-design/icons";
import { Button, Flex, Skeleton } from "antd";
import { Suspense, lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChartOption } from "./engine";

const Canvas = lazy(() => import("./canvas"));
const Numbers = lazy(() => import("./numbers"));

export interface ChartTable {
  columns: string[];
  rows: (string | number)[][];
}

/** What was clicked. Of a graph it is a node, or an edge. */
export interface ChartPoint {
  series: string;
  name: string;
  index: number;
  isEdge: boolean;
}

interface Props {
  option: ChartOption;
  /** What it shows, for those who cannot see it. */
  label: string;
  height?: number;
  /** The same numbers as a table. */
  table: ChartTable;
  onSelect?: (point: ChartPoint) => void;
}

/** A chart that is also a table. The drawing library loads with the first chart, the table when it is asked for. */
export function Chart({ option, label, height = 240, table, onSelect }: Props) {
  const { t } = useTranslation();
  const [isTable, setTable] = useState(false);
  return (
    <Flex vertical gap={4}>
      {isTable ? (
        // It scrolls here and not inside the table: what scrolls must be reachable without a mouse.
        <div role="region" aria-label={label} tabIndex={0} style={{ maxHeight: height, overflow: "auto" }}>
          <Suspense fallback={<Skeleton active />}><Numbers table={table} /></Suspense>
        </div>
      ) : (
        <Suspense fallback={<Skeleton.Node active style={{ width: "100%", height }} />}>
          <Canvas option={option} label={label} height={height} onSelect={onSelect} />
        </Suspense>
      )}
      <Flex justify="end">
        <Button size="small" type="text" icon={<TableOutlined />} aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {isTable ? t("chart.asChart") : t("chart.asTable")}
        </Button>
      </Flex>
    </Flex>
  );
}
