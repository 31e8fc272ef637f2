import { CaretRightOutlined, EyeInvisibleOutlined, EyeOutlined, PauseOutlined } from "@ant-design/icons";
import { Button, Flex, Tooltip } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@shared/session";
import { useTell } from "@shared/ui/use-tell";
import { type EventSearch, filtersOf } from "./event-filters";
import { LiveList } from "./live-list";
import { useStream } from "./use-stream";

interface Props {
  search: EventSearch;
  onSearch: (next: EventSearch) => void;
  sourceNames: Map<string, string>;
}

/** The stream under one set of filters. It stands still while somebody reads, and while personal data is revealed. */
export function Feed({ search, onSearch, sourceNames }: Props) {
  const { t } = useTranslation("events");
  const tell = useTell();
  const mayReveal = useMay("profiles:reveal");
  const [isHeld, setHeld] = useState(false);
  const [openId, setOpenId] = useState<string | null>(null);
  const [isScrolled, setScrolled] = useState(false);
  const [isRevealed, setRevealed] = useState(false);
  const { stream, catchUp, reveal, restart } = useStream(filtersOf(search), isHeld || isRevealed || openId !== null || isScrolled);

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const isTyping = (event.target as HTMLElement).closest("input, textarea, [contenteditable], [role=combobox]");
      if (event.key.toLowerCase() === "p" && !isTyping && !event.metaKey && !event.ctrlKey && !event.altKey) setHeld((held) => !held);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);

  const toggleReveal = async () => {
    if (isRevealed) {
      setRevealed(false);
      restart(); // what is shown becomes masked again
      return;
    }
    try {
      await reveal();
      setRevealed(true);
    } catch (thrown) {
      tell.failed(thrown, t("reveal.failed"));
    }
  };

  return (
    <LiveList
      stream={stream}
      search={search}
      onSearch={onSearch}
      pause={isRevealed ? "revealed" : isHeld ? "held" : openId !== null ? "open" : isScrolled ? "scrolled" : null}
      openId={openId}
      onOpen={setOpenId}
      onScrolled={setScrolled}
      onCatchUp={() => {
        setOpenId(null);
        catchUp();
      }}
      onRestart={restart}
      sourceNames={sourceNames}
      extra={
        <Flex gap={8}>
          <Tooltip title={t(mayReveal ? "reveal.hint" : "reveal.forbidden")}>
            <Button
              icon={isRevealed ? <EyeInvisibleOutlined /> : <EyeOutlined />}
              disabled={!mayReveal || stream.shown.length === 0}
              onClick={() => void toggleReveal()}
            >
              {t(isRevealed ? "reveal.end" : "reveal.action")}
            </Button>
          </Tooltip>
          <Tooltip title={t("live.key")}>
            <Button icon={isHeld ? <CaretRightOutlined /> : <PauseOutlined />} type={isHeld ? "primary" : "default"} onClick={() => setHeld(!isHeld)} style={{ minWidth: 96 }}>
              {t(isHeld ? "live.resume" : "live.pause")}
            </Button>
          </Tooltip>
        </Flex>
      }
    />
  );
}
