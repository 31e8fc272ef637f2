import { Link } from "@tanstack/react-router";
import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import type { Source } from "./health";

const MOST = 200;

interface Counted {
  reason: string;
  text: string;
  count: number;
}

/** The reasons in a list of quarantined events, the commonest first. */
export function countReasons(items: Schema<"QuarantinedOut">[]): Counted[] {
  const found = new Map<string, Counted>();
  for (const each of items) {
    const known = found.get(each.reason) ?? { reason: each.reason, text: each.reason_text ?? each.detail, count: 0 };
    known.count += 1;
    found.set(each.reason, known);
  }
  return [...found.values()].sort((one, other) => other.count - one.count);
}

/** Why events of this source are in quarantine now. */
export function QuarantineReasons({ source }: { source: Source }) {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const maySee = useMay("quarantine:read");
  const query = hooks.useQuery(
    "get", "/api/v1/quarantine", { params: { query: { source_id: source.id, state: "open", limit: MOST } } }, { enabled: maySee, refetchInterval: 30_000 },
  );
  if (!maySee) return null;
  return (
    <Panel title={t("reasons.title")}>
      <QueryView query={query} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t("reasons.none")} />}>
        {(page) => (
          <Flex vertical gap={8}>
            {countReasons(page.items).map(({ reason, text, count }) => (
              <Flex key={reason} gap={12} align="baseline">
                <Link to="/quarantine" search={{ source: source.id, reason }} className="numeric" style={{ minWidth: 56, textAlign: "end" }}>
                  {t("reasons.count", { count, number: formats.number(count) })}
                </Link>
                <Typography.Text>{text}</Typography.Text>
              </Flex>
            ))}
            {page.next_cursor && <Typography.Text type="secondary">{t("reasons.newest", { count: MOST })}</Typography.Text>}
          </Flex>
        )}
      </QueryView>
    </Panel>
  );
}
