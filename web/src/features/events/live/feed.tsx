import { EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { useState } from "react";
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
  // Somebody closed an event while others waited: what they looked at stays where it is until they ask for more.
  const [isLingering, setLingering] = useState(false);
  const [isScrolled, setScrolled] = useState(false);
  const [isRevealed, setRevealed] = useState(false);
  const pause = isRevealed ? "revealed" : isHeld ? "held" : openId !== null ? "open" : isScrolled ? "scrolled" : isLingering ? "read" : null;
  const { stream, catchUp, reveal, restart } = useStream(filtersOf(search), pause !== null);

  const open = (id: string | null) => {
    if (id === null && stream.missed > 0) setLingering(true);
    setOpenId(id);
  };
  const hide = () => {
    setRevealed(false);
    restart(); // what is shown becomes masked again
  };
  const toNewest = () => {
    setOpenId(null);
    setLingering(false);
    setScrolled(false);
    catchUp();
  };
  const show = async () => {
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
      pause={pause}
      openId={openId}
      onOpen={open}
      onScrolled={setScrolled}
      onHold={() => setHeld(true)}
      onResume={() => {
        setHeld(false);
        toNewest();
        if (isRevealed) hide();
      }}
      onCatchUp={toNewest}
      onRestart={restart}
      sourceNames={sourceNames}
      extra={
        <Tooltip title={t(mayReveal ? "reveal.hint" : "reveal.forbidden")} placement="bottom">
          <Button
            icon={isRevealed ? <EyeInvisibleOutlined /> : <EyeOutlined />}
            disabled={!mayReveal || stream.shown.length === 0}
            onClick={() => (isRevealed ? hide() : void show())}
          >
            {t(isRevealed ? "reveal.end" : "reveal.action")}
          </Button>
        </Tooltip>
      }
    />
  );
}
