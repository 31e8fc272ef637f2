import { Flex, Typography } from "antd";
import { type ReactNode, useEffect } from "react";
import { FaultBoundary } from "./fault-boundary";

interface Props {
  title: string;
  /** A line under the title that says what the page is for. */
  lead?: ReactNode;
  /** Before the title: the way back, a status. */
  before?: ReactNode;
  /** After the title: a status. */
  after?: ReactNode;
  /** Buttons at the right; the main one last. */
  actions?: ReactNode;
  children: ReactNode;
}

// The same in every language.
// eslint-disable-next-line no-restricted-syntax
const PRODUCT = "Tributary 汇流";

/** One screen: its title (also the browser's), its actions and its content. */
export function Page({ title, lead, before, after, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · ${PRODUCT}`;
  }, [title]);
  return (
    <main id="main" tabIndex={-1} style={{ padding: "16px 20px 32px", maxWidth: 1680, margin: "0 auto", outline: "none" }}>
      <Flex justify="space-between" align="start" gap={16} wrap style={{ marginBottom: 14 }}>
        <div style={{ minWidth: 0 }}>
          {before}
          <Flex align="center" gap={10} wrap>
            <Typography.Title level={1} style={{ fontSize: 20, lineHeight: 1.4, margin: 0 }}>{title}</Typography.Title>
            {after}
          </Flex>
          {lead && <Typography.Text type="secondary">{lead}</Typography.Text>}
        </div>
        {actions && <Flex gap={8} wrap>{actions}</Flex>}
      </Flex>
      <FaultBoundary>{children}</FaultBoundary>
    </main>
  );
}
