import { CaretRightOutlined, PauseOutlined, StepBackwardOutlined, StepForwardOutlined } from "@ant-design/icons";
import { Button, Flex, Slider, Tooltip, Typography, theme } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { type Past, type Step, stepBy } from "./replay-model";

const PACE = 1_200; // milliseconds for a step

interface Props {
  steps: Step[];
  /** Nothing is today. */
  at: string | undefined;
  past: Past;
  onMove: (at: string | undefined) => void;
}

/** Goes through time: plays it, or moves step by step with the arrow keys. */
export function Replay({ steps, at, past, onMove }: Props) {
  const { t } = useTranslation("people");
  const { token } = theme.useToken();
  const formats = useFormats();
  const [isPlaying, setPlaying] = useState(false);
  const last = steps.length - 1;
  const index = stepBy(steps, at);
  const move = (next: number) => onMove(next >= last ? undefined : steps[Math.max(next, 0)]?.at);
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => {
      move(index + 1);
      if (index + 1 >= last) setPlaying(false);
    }, PACE);
    return () => clearTimeout(timer);
  });
  const play = () => {
    if (!isPlaying && index >= last) move(0);
    setPlaying(!isPlaying);
  };
  const step = (by: number) => {
    setPlaying(false);
    move(index + by);
  };
  if (last < 1) return null;
  const moment = at === undefined ? t("replay.today") : formats.dateTime(at);
  const state = t("replay.state", { moment, identifiers: past.nodes.filter((node) => node.is_own).length, groups: past.people });
  return (
    <Flex vertical role="group" aria-label={t("replay.title")}>
      <Flex gap={8} align="center">
        <Tooltip title={t("replay.back")}><Button size="small" type="text" icon={<StepBackwardOutlined />} aria-label={t("replay.back")} disabled={index <= 0} onClick={() => step(-1)} /></Tooltip>
        <Tooltip title={t(isPlaying ? "replay.pause" : "replay.play")}>
          <Button size="small" icon={isPlaying ? <PauseOutlined /> : <CaretRightOutlined />} aria-label={t(isPlaying ? "replay.pause" : "replay.play")} onClick={play} />
        </Tooltip>
        <Tooltip title={t("replay.forth")}><Button size="small" type="text" icon={<StepForwardOutlined />} aria-label={t("replay.forth")} disabled={index >= last} onClick={() => step(1)} /></Tooltip>
        <Slider
          style={{ flex: 1, margin: "8px 10px" }} styles={{ track: { background: token.colorPrimary }, rail: { background: token.colorBorder } }} min={0} max={last} value={index} dots={last <= 40}
          tooltip={{ getPopupContainer: (handle) => handle.parentElement ?? handle, formatter: (value) => formats.dateTime(steps[value ?? 0]?.at ?? 0) }}
          ariaLabelForHandle={t("replay.slider")}
          ariaValueTextFormatterForHandle={(value) => (value >= last ? t("replay.today") : formats.dateTime(steps[value]?.at ?? 0))}
          onChange={(value) => { setPlaying(false); move(value); }}
        />
        <Button size="small" disabled={at === undefined} onClick={() => step(last - index)}>{t("replay.today")}</Button>
      </Flex>
      <Typography.Text type="secondary" aria-live="polite">{state}</Typography.Text>
    </Flex>
  );
}
