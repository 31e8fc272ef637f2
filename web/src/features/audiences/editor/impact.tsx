import { Typography } from "antd";
import type { Rule } from "@shared/rules/wire";
import type { Audience } from "./model";

/** Whom the change brings in and whom it takes out. */
export function Impact(_: { audience: Audience; rule: Rule }) {
  return <Typography.Text />;
}
