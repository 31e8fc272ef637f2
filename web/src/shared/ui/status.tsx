import {
  CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled, ExclamationCircleFilled, MinusCircleOutlined, PauseCircleFilled, SyncOutlined,
} from "@ant-design/icons";
import { Tag } from "antd";
import type { ReactNode } from "react";

export type Tone = "good" | "bad" | "warning" | "busy" | "waiting" | "paused" | "neutral";

const LOOKS: Record<Tone, { color: string; icon: ReactNode }> = {
  good: { color: "success", icon: <CheckCircleFilled /> },
  bad: { color: "error", icon: <CloseCircleFilled /> },
  warning: { color: "warning", icon: <ExclamationCircleFilled /> },
  busy: { color: "processing", icon: <SyncOutlined spin /> },
  waiting: { color: "default", icon: <ClockCircleOutlined /> },
  paused: { color: "warning", icon: <PauseCircleFilled /> },
  neutral: { color: "default", icon: <MinusCircleOutlined /> },
};

/** A state: never by colour alone. */
export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <Tag variant="filled" color={LOOKS[tone].color} icon={LOOKS[tone].icon} style={{ marginInlineEnd: 0 }}>{children}</Tag>;
}
