import { Flex, Typography } from "antd";
import { type ReactNode, useId } from "react";

interface Props {
  label: string;
  /** What the setting does, in plain words. */
  hint?: string;
  error?: string | undefined;
  /** Gets the ids that name and describe the field. */
  children: (named: { "aria-labelledby": string; "aria-describedby": string }) => ReactNode;
}

/** A setting with its name and what it does. */
export function Explained({ label, hint, error, children }: Props) {
  const id = useId();
  return (
    <Flex vertical gap={3}>
      <Typography.Text strong id={`${id}name`}>{label}</Typography.Text>
      {children({ "aria-labelledby": `${id}name`, "aria-describedby": `${id}hint` })}
      <span id={`${id}hint`}>
        {error && <Typography.Text type="danger" role="alert" style={{ display: "block" }}>{error}</Typography.Text>}
        {hint && <Typography.Text type="secondary" style={{ fontSize: 12 }}>{hint}</Typography.Text>}
      </span>
    </Flex>
  );
}
