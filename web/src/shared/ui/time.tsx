import { Tooltip } from "antd";
import { useEffect, useState } from "react";
import { useFormats } from "../format";

/** Ticks so that "3 minutes ago" stays true. */
export function useNow(every: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

const TICK = 15_000; // milliseconds

interface AgoProps {
  at: string | null | undefined;
  /** Puts it in words: "computed 3 minutes ago". Languages differ in what comes first. */
  say?: (ago: string) => string;
}

/** "3 minutes ago", with the exact time on hover. Nothing for no time. */
export function Ago({ at, say = (ago) => ago }: AgoProps) {
  const formats = useFormats();
  const ticked = useNow(TICK);
  if (!at) return null;
  // What has happened since the last tick is now, not in some seconds.
  const ahead = new Date(at).getTime() - ticked;
  const now = ahead > 0 && ahead <= TICK ? ticked + ahead : ticked;
  return (
    <Tooltip title={`${formats.dateTime(at, true)} (${formats.timeZone})`}>
      <time dateTime={at}>{say(formats.relative(at, now))}</time>
    </Tooltip>
  );
}

/** The exact time in the workspace's zone. */
export function Moment({ at, seconds }: { at: string | null | undefined; seconds?: boolean }) {
  const formats = useFormats();
  if (!at) return null;
  return <time dateTime={at} className="numeric">{formats.dateTime(at, seconds)}</time>;
}
