import { ArrowUpOutlined, CaretRightOutlined, PauseOutlined } from "@ant-design/icons";
import { Button, Flex, Skeleton, Tooltip, Typography } from "antd";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { ProblemView } from "@shared/ui/problem-view";
import { Status } from "@shared/ui/status";
import { type Stream, lastMinute } from "../model/stream";
import { EventDetail } from "./event-detail";
import type { EventSearch } from "./event-filters";
import { EventList } from "./event-list";

interface Props {
  stream: Stream;
  search: EventSearch;
  onSearch: (next: EventSearch) => void;
  /** Why nothing new is shown just now. */
  pause: "revealed" | "held" | "open" | "scrolled" | "read" | null;
  openId: string | null;
  onOpen: (id: string | null) => void;
  onScrolled: (isScrolled: boolean) => void;
  onHold: () => void;
  onResume: () => void;
  /** Show what waits. */
  onCatchUp: () => void;
  onRestart: () => void;
  sourceNames: Map<string, string>;
  extra: ReactNode;
}

export function LiveList(props: Props) {
  const { stream, search, onSearch, pause, openId, onOpen, onScrolled, onHold, onResume, onCatchUp, onRestart, sourceNames, extra } = props;
  const { t } = useTranslation("events");
  const formats = useFormats();
  const place = useRef<HTMLDivElement>(null);
  const bootstrap = hooks.useQuery("get", "/api/v1/bootstrap", {}, { staleTime: Infinity });
  const hasFilters = Object.values(search).some((value) => value !== undefined);
  const minute = lastMinute(stream);

  const toTop = () => {
    const list = place.current?.querySelector("[data-list]");
    if (list) list.scrollTop = 0;
  };
  const toggle = () => {
    if (!pause) return onHold();
    onResume();
    toTop();
  };

  const pressed = useRef(toggle);
  useEffect(() => {
    pressed.current = toggle;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const isTyping = (event.target as HTMLElement).closest("input, textarea, [contenteditable], [role=combobox]");
      if (event.key.toLowerCase() === "p" && !isTyping && !event.metaKey && !event.ctrlKey && !event.altKey) pressed.current();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);

  if (!stream.isLoaded && stream.problem) return <div style={{ padding: 12 }}><ProblemView problem={stream.problem} onRetry={onRestart} /></div>;
  if (!stream.isLoaded) return <Skeleton active title={false} paragraph={{ rows: 10 }} style={{ padding: 12 }} />;
  return (
    <div ref={place}>
      <Flex justify="space-between" align="center" gap={12} wrap style={{ padding: "0 12px 8px", minHeight: 32 }}>
        <Flex gap={12} align="center" wrap>
          {pause ? <Status tone="paused">{t(`pause.${pause}`)}</Status> : <Status tone="good">{t("live.running")}</Status>}
          <Typography.Text type="secondary">{t("live.day", { shown: formats.number(stream.shown.length), total: formats.number(stream.total) })}</Typography.Text>
          {minute.total > 0 && (
            <Typography.Text type="secondary">{t("live.minute", { shown: formats.number(minute.shown), total: formats.number(minute.total) })}</Typography.Text>
          )}
          {stream.isSampled && (
            <Tooltip title={t("live.sampledHint")}>
              <Typography.Text type="secondary" underline tabIndex={0}>{t("live.sampled")}</Typography.Text>
            </Tooltip>
          )}
        </Flex>
        <Flex gap={8}>
          {extra}
          <Tooltip title={t("live.key")} placement="bottom">
            <Button icon={pause ? <CaretRightOutlined /> : <PauseOutlined />} type={pause ? "primary" : "default"} onClick={toggle} style={{ minWidth: 96 }}>
              {t(pause ? "live.resume" : "live.pause")}
            </Button>
          </Tooltip>
        </Flex>
      </Flex>
      {stream.problem ? <div style={{ padding: "0 12px 8px" }}><ProblemView problem={stream.problem} onRetry={onRestart} /></div> : null}
      {stream.shown.length === 0 && stream.missed === 0 ? (
        hasFilters ? (
          <EmptyState title={t("empty.found")} hint={t("empty.foundHint")} action={<Button onClick={() => onSearch({})}>{t("empty.clear")}</Button>} />
        ) : (
          <EmptyState title={t("empty.none")} hint={t("empty.noneHint")} action={<LinkButton to="/sources" type="primary">{t("empty.toSources")}</LinkButton>} />
        )
      ) : (
        <EventList
          items={stream.shown}
          openId={openId}
          onOpen={onOpen}
          onScrolled={onScrolled}
          sourceNames={sourceNames}
          above={
            <div aria-live="polite" style={{ position: "absolute", insetInlineEnd: 12, insetBlockStart: 4, zIndex: 2 }}>
              {stream.missed > 0 && (
                <Button
                  shape="round"
                  type="primary"
                  size="small"
                  icon={<ArrowUpOutlined />}
                  onClick={() => {
                    onCatchUp();
                    toTop();
                  }}
                >
                  {t("live.new", { count: stream.missed, number: formats.number(stream.missed) })}
                </Button>
              )}
            </div>
          }
          detail={(event) => (
            <EventDetail event={event} collectorUrl={bootstrap.data?.collector_url ?? ""} onOnly={(filter) => onSearch({ ...search, ...filter })} />
          )}
        />
      )}
    </div>
  );
}
