import { Flex, theme } from "antd";
import { CopyButton } from "./copy-button";

interface Props {
  code: string;
  /** What it is, for screen readers. */
  label: string;
  maxHeight?: number;
  /** Copied instead of what is shown, where that hides a secret. */
  copied?: string;
}

/** Code to read and copy. */
export function CodeBlock({ code, label, maxHeight = 360, copied }: Props) {
  const { token } = theme.useToken();
  return (
    <div style={{ position: "relative" }}>
      <pre
        className="mono"
        role="region"
        aria-label={label}
        // A region that scrolls must be reachable without a mouse.
        tabIndex={0}
        style={{
          margin: 0, padding: "10px 44px 10px 12px", maxHeight, overflow: "auto", fontSize: 12, lineHeight: 1.55, whiteSpace: "pre-wrap",
          background: token.colorFillQuaternary, border: `1px solid ${token.colorBorderSecondary}`, borderRadius: token.borderRadius,
        }}
      >
        {code}
      </pre>
      <Flex style={{ position: "absolute", insetBlockStart: 6, insetInlineEnd: 6 }}>
        <CopyButton text={copied ?? code} />
      </Flex>
    </div>
  );
}
