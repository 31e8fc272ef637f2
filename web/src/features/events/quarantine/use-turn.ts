import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useTell } from "@shared/ui/use-tell";
import { type Quarantined, useRefresh } from "./use-quarantine";

export type Turn = (events: Pick<Quarantined, "id">[], to: "discarded" | "open") => Promise<void>;

/** Gives events up, or takes back those that were given up; what was done can be undone. */
export function useTurn(): Turn {
  const { t } = useTranslation("events");
  const formats = useFormats();
  const tell = useTell();
  const refresh = useRefresh();
  const turn = async (events: Pick<Quarantined, "id">[], to: "discarded" | "open", isUndo = false): Promise<void> => {
    const body = { ids: events.map((each) => each.id) };
    try {
      const { data } = to === "discarded" ? await api.POST("/api/v1/quarantine/discard", { body }) : await api.POST("/api/v1/quarantine/reopen", { body });
      const count = data?.count ?? 0;
      const undo = () => void turn(events, to === "discarded" ? "open" : "discarded", true);
      tell.done(t(to === "discarded" ? "discard.done" : "discard.takenBack", { count, number: formats.number(count) }), isUndo ? {} : { undo });
      await refresh();
    } catch (thrown) {
      tell.failed(thrown);
    }
  };
  return (events, to) => turn(events, to);
}
