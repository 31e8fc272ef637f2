import {
  BarChart, type BarSeriesOption, CustomChart, type CustomSeriesOption, GraphChart, type GraphSeriesOption, LineChart, type LineSeriesOption,
} from "echarts/charts";
import {
  AriaComponent, GridComponent, type GridComponentOption, LegendComponent, type LegendComponentOption, MarkLineComponent, TooltipComponent,
  type TooltipComponentOption,
} from "echarts/components";
import { type ComposeOption, init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

// Only what is used is loaded: add a chart type here when a screen needs it.
register([AriaComponent, BarChart, CustomChart, GraphChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

export type ChartOption = ComposeOption<
  BarSeriesOption | CustomSeriesOption | GraphSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption
>;

export { init };
