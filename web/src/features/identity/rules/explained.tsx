import { Flex, Typography } from "antd";
import { type ReactNode, useId } from "react";

interface Props {
  label: string;
  /** What the setting does, in plain words. */
  hint?: string;
  error?: string | undefined;
  /** Gets what names and describes the field. */
  children: (named: { "aria-label": string; "aria-describedby": string }) => ReactNode;
}

/** A setting with its name and what it does. */
export function Explained({ label, hint, error, children }: Props) {
  const id = useId();
  return (
    <Flex vertical gap={3}>
      <Typography.Text strong aria-hidden>{label}</Typography.Text>
      {children({ "aria-label": label, "aria-describedby": `${id}hint` })}
      <span id={`${id}hint`}>
        {error && <Typography.Text type="danger" role="alert" style={{ display: "block" }}>{error}</Typography.Text>}
        {hint && <Typography.Text type="secondary" style={{ fontSize: 12 }}>{hint}</Typography.Text>}
      </span>
    </Flex>
  );
}
