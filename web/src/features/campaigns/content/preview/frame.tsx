import { useEffect, useMemo, useRef, useState } from "react";

interface Props {
  html: string;
  /** Pixels that the mail program is wide; drawn smaller where there is less room. */
  width: number;
  isDark: boolean;
  /** Also pictures of other servers, which learn that somebody looks. */
  hasPictures: boolean;
  title: string;
}

/** Whether the mail has pictures that are on other servers. */
export const hasRemotePictures = (html: string) =>
  /<(?:img|image|source|video|input|table|td|body)\b[^>]*?\s(?:src|srcset|poster|background|(?:xlink:)?href)\s*=\s*["']?\s*(?:https?:)?\/\//i.test(html) || /url\(\s*["']?\s*(?:https?:)?\/\//i.test(html);

/** The mail for a dark or a light mail program, whatever this browser prefers. */
function forced(html: string, isDark: boolean): string {
  const wanted = html.replace(/\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/g, (_, scheme: string) =>
    (scheme === "dark") === isDark ? "(min-width: 0px)" : "(max-width: 0px)",
  );
  const style = `<style>:root{color-scheme:only ${isDark ? "dark" : "light"}}</style>`;
  return wanted.includes("</head>") ? wanted.replace("</head>", `${style}</head>`) : style + wanted;
}

/** Somebody else's HTML, in a sandbox without an origin. */
export function Frame({ html, width, isDark, hasPictures, title }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const [isReady, setReady] = useState(false);
  const [height, setHeight] = useState(400);
  const [room, setRoom] = useState(width);
  const shown = useMemo(() => forced(html, isDark), [html, isDark]);

  useEffect(() => {
    const listen = (event: MessageEvent<{ ready?: boolean; height?: number } | null>) => {
      if (event.source !== frame.current?.contentWindow) return;
      if (event.data?.ready) setReady(true);
      if (typeof event.data?.height === "number") setHeight(Math.min(Math.max(event.data.height, 120), 20_000));
    };
    window.addEventListener("message", listen);
    return () => window.removeEventListener("message", listen);
  }, []);
  useEffect(() => {
    // A sandboxed frame has no origin to name; what is posted is what it shows.
    if (isReady) frame.current?.contentWindow?.postMessage({ html: shown }, "*");
  }, [isReady, shown, width]);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const watch = new ResizeObserver(([entry]) => setRoom(entry?.contentRect.width ?? width));
    watch.observe(element);
    return () => watch.disconnect();
  }, [width]);

  const scale = Math.min(1, room / width);
  return (
    <div ref={place} style={{ overflow: "hidden", height: height * scale }}>
      <iframe
        ref={frame}
        title={title}
        sandbox="allow-scripts"
        src={hasPictures ? "preview-frame.html?pictures=all" : "preview-frame.html"}
        style={{ border: 0, width, height, transform: `scale(${scale})`, transformOrigin: "0 0", marginInlineStart: scale === 1 ? (room - width) / 2 : 0, background: isDark ? "#14161a" : "#ffffff", display: "block" }}
      />
    </div>
  );
}
