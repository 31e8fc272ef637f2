import { Card } from "antd";
import { type ReactNode, useId } from "react";
import { FaultBoundary } from "./fault-boundary";

interface Props {
  title?: ReactNode;
  /** At the right of the title: actions, freshness. */
  extra?: ReactNode;
  children: ReactNode;
  /** No padding, for a table that fills it. */
  flush?: boolean;
  className?: string;
}

/** A part of a page that loads, fails and is named on its own. */
export function Panel({ title, extra, children, flush, className }: Props) {
  const id = useId();
  return (
    <Card
      className={className}
      role={title ? "region" : undefined}
      aria-labelledby={title ? id : undefined}
      title={title && <h2 id={id} style={{ font: "inherit", margin: 0 }}>{title}</h2>}
      extra={extra}
      styles={flush ? { body: { padding: 0 } } : undefined}
    >
      <FaultBoundary>{children}</FaultBoundary>
    </Card>
  );
}
