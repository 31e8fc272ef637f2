import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useNames } from "@shared/names";
import { useMay } from "@shared/session";
import { LinkButton } from "@shared/ui/link-button";
import { Status } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";
import type { Source } from "./health";

const OFTEN = 2_000;
const NOW_AND_THEN = 10_000;

/** Whether events of this source arrive, watched while somebody connects it. */
export function Arrivals({ source }: { source: Source }) {
  const { t } = useTranslation("sources");
  const names = useNames();
  const maySee = useMay("events:read");
  const { data, error } = hooks.useQuery(
    "get",
    "/api/v1/events/recent",
    { params: { query: { source_id: source.id, limit: 1 } } },
    // The first event is waited for; after it there is time.
    { enabled: maySee, refetchInterval: (query) => (query.state.error ? false : query.state.data?.items.length ? NOW_AND_THEN : OFTEN) },
  );
  if (!maySee || error || !data) return null;
  const newest = data.items[0];
  return (
    <Flex gap={10} align="center" wrap aria-live="polite" style={{ minHeight: 30 }}>
      {newest ? (
        <>
          {newest.status === "quarantined" ? <Status tone="bad">{t("arrivals.refused")}</Status> : <Status tone="good">{t("arrivals.some")}</Status>}
          <Typography.Text>{t("arrivals.last", { event: names.received(newest.event, newest.type) })} <Ago at={newest.received_at} /></Typography.Text>
          {newest.status === "quarantined" && <Typography.Text type="danger">{newest.reason_text}</Typography.Text>}
          <LinkButton to="/events" search={{ source: source.id }} size="small">{t("arrivals.live")}</LinkButton>
        </>
      ) : (
        <>
          <Status tone="busy">{t("arrivals.none")}</Status>
          <Typography.Text type="secondary">{t("arrivals.noneHint")}</Typography.Text>
        </>
      )}
    </Flex>
  );
}
