import { theme } from "antd";
import type { ECharts } from "echarts/core";
import { useEffect, useRef } from "react";
import { useLook } from "../theme";
import type { ChartPoint } from "./chart";
import { type ChartOption, init } from "./engine";

// Told apart also by those who see few colours.
const COLORS = { light: ["#0a7d6c", "#2468b2", "#b8860b", "#8a4fa3", "#c4342b", "#5a6764"], dark: ["#2fa08c", "#6aa5e6", "#d9b04a", "#b98ad0", "#e0685f", "#9aa8a5"] };

interface Props {
  option: ChartOption;
  label: string;
  height: number;
  onSelect?: (point: ChartPoint) => void;
}

export default function Canvas({ option, label, height, onSelect }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  const { isDark } = useLook();
  const { token } = theme.useToken();

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const drawn = init(element);
    chart.current = drawn;
    const watch = new ResizeObserver(() => drawn.resize());
    watch.observe(element);
    return () => {
      watch.disconnect();
      drawn.dispose();
    };
  }, []);

  useEffect(() => {
    const text = { color: token.colorTextSecondary, fontFamily: token.fontFamily };
    const axis = {
      axisLabel: { color: token.colorTextSecondary }, axisLine: { lineStyle: { color: token.colorBorder } },
      splitLine: { lineStyle: { color: token.colorBorderSecondary } },
    };
    // What the caller says of an axis stands over what all axes have in common.
    const dressed = (given: object | object[] | undefined) =>
      given && (Array.isArray(given) ? given : [given]).map((each: { axisLabel?: object }) => ({ ...axis, ...each, axisLabel: { ...axis.axisLabel, ...each.axisLabel } }));
    chart.current?.setOption(
      {
        color: COLORS[isDark ? "dark" : "light"],
        textStyle: text,
        animation: token.motion,
        aria: { enabled: true, label: { enabled: true, description: label } },
        grid: { left: 8, right: 12, top: 28, bottom: 8, containLabel: true },
        legend: { textStyle: text, top: 0, itemHeight: 10 },
        ...option,
        ...(option.xAxis ? { xAxis: dressed(option.xAxis), yAxis: dressed(option.yAxis) } : {}),
        // Drawn on the canvas: a tooltip of HTML needs style attributes, which the page's policy forbids.
        tooltip: {
          renderMode: "richText", backgroundColor: token.colorBgElevated, borderColor: token.colorBorder, textStyle: { color: token.colorText, fontSize: 12 },
          confine: true, trigger: "axis", ...option.tooltip,
        },
      },
      { notMerge: true },
    );
  }, [option, isDark, token, label]);

  useEffect(() => {
    const drawn = chart.current;
    if (!drawn || !onSelect) return;
    const select = (event: unknown) => {
      const point = event as { seriesName?: string; name: string; dataIndex: number; dataType?: string };
      onSelect({ series: point.seriesName ?? "", name: point.name, index: point.dataIndex, isEdge: point.dataType === "edge" });
    };
    drawn.on("click", select);
    return () => {
      if (!drawn.isDisposed()) drawn.off("click", select); // on the way out it is gone before
    };
  }, [onSelect]);

  return <div ref={place} role="img" aria-label={label} style={{ height, width: "100%" }} />;
}
