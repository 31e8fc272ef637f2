import { theme } from "antd";

interface Props {
  /** Oldest first. */
  values: number[];
  /** What it shows, in words: nobody has to see it. */
  label: string;
  width?: number;
  height?: number;
}

/** A row of bars as small as a word. */
export function Sparkline({ values, label, width = 96, height = 20 }: Props) {
  const { token } = theme.useToken();
  const highest = Math.max(...values, 1);
  const step = width / Math.max(values.length, 1);
  return (
    <svg width={width} height={height} role="img" aria-label={label} focusable="false" style={{ display: "block", flex: "none" }}>
      <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} stroke={token.colorBorder} />
      {values.map((value, index) => {
        // What is not nothing stays visible.
        const tall = value === 0 ? 0 : Math.max((value / highest) * (height - 2), 1.5);
        return <rect key={index} x={index * step} y={height - 1 - tall} width={Math.max(step - 1, 1)} height={tall} fill={token.colorPrimary} />;
      })}
    </svg>
  );
}
