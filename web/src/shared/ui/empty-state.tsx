import { Empty, Typography } from "antd";
import type { ReactNode } from "react";

interface Props {
  /** Why there is nothing, as a fact. */
  title: ReactNode;
  /** What to do next, in a sentence. */
  hint?: ReactNode;
  /** The button or link that does it. */
  action?: ReactNode;
}

/** Nothing to show: why, and what to do next. */
export function EmptyState({ title, hint, action }: Props) {
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      style={{ margin: "24px auto", maxWidth: 460 }}
      description={
        <>
          <Typography.Text strong>{title}</Typography.Text>
          {hint && <Typography.Paragraph type="secondary" style={{ margin: "4px 0 0" }}>{hint}</Typography.Paragraph>}
        </>
      }
    >
      {action}
    </Empty>
  );
}
