import { theme } from "antd";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LiveEvent } from "../model/event";
import { type Rows, heightOf, topOf, visible } from "../model/window";
import { EventRow, ROW_HEIGHT, RowHead } from "./event-row";

interface Props {
  items: LiveEvent[];
  openId: string | null;
  onOpen: (id: string | null) => void;
  /** Whether the first row is out of sight. */
  onScrolled: (isScrolled: boolean) => void;
  sourceNames: Map<string, string>;
  detail: (event: LiveEvent) => ReactNode;
  /** Over the rows: what waits to be shown. */
  above?: ReactNode;
}

/** Events newest first, of which only what is seen is drawn. Up and down move between rows, Enter opens, Escape closes. */
export function EventList({ items, openId, onOpen, onScrolled, sourceNames, detail, above }: Props) {
  const { t } = useTranslation("events");
  const { token } = theme.useToken();
  const place = useRef<HTMLDivElement>(null);
  const opened = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const [viewHeight, setViewHeight] = useState(600);
  const [openHeight, setOpenHeight] = useState(0);
  const open = openId === null ? -1 : items.findIndex((each) => each.id === openId);
  const rows: Rows = { count: items.length, rowHeight: ROW_HEIGHT, open, openHeight };
  const { first, end } = visible(rows, scrollTop, viewHeight);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setViewHeight(element.clientHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  useLayoutEffect(() => {
    const element = opened.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setOpenHeight(element.offsetHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, [openId]);

  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
    if (event.key === "Escape" && openId !== null) {
      onOpen(null);
      at?.querySelector<HTMLElement>("button")?.focus();
      return;
    }
    if (!at || (event.key !== "ArrowDown" && event.key !== "ArrowUp") || (event.target as HTMLElement).closest("pre")) return;
    const next = Number(at.dataset.row) + (event.key === "ArrowDown" ? 1 : -1);
    const row = place.current?.querySelector<HTMLElement>(`[data-row="${next}"] button`);
    if (!row) return;
    event.preventDefault();
    row.focus();
  };

  const scrolled = () => {
    const top = place.current?.scrollTop ?? 0;
    setScrollTop(top);
    onScrolled(top > ROW_HEIGHT / 2);
  };

  return (
    <div style={{ position: "relative" }}>
      <RowHead />
      {above}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys work on the buttons inside */}
      <div
        ref={place}
        data-list
        onScroll={scrolled}
        onKeyDown={move}
        style={{ height: "calc(100vh - 282px)", minHeight: 300, overflowY: "auto", overflowAnchor: "none", borderTop: `1px solid ${token.colorBorderSecondary}` }}
      >
        <div role="list" aria-label={t("live.list")} style={{ position: "relative", height: heightOf(rows) }}>
          {items.slice(first, end).map((event, offset) => {
            const index = first + offset;
            const isOpen = index === open;
            return (
              <div
                key={event.id}
                role="listitem"
                data-row={index}
                ref={isOpen ? opened : undefined}
                style={{ position: "absolute", insetInline: 0, insetBlockStart: topOf(rows, index) }}
              >
                <EventRow event={event} sourceName={sourceNames.get(event.source_id)} isOpen={isOpen} onToggle={() => onOpen(isOpen ? null : event.id)} />
                {isOpen && detail(event)}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
