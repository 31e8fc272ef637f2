import { Link } from "@tanstack/react-router";
import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import type { Source } from "./health";

/** Why events of this source are in quarantine now. */
export function QuarantineReasons({ source }: { source: Source }) {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const maySee = useMay("quarantine:read");
  const query = hooks.useQuery(
    "get", "/api/v1/quarantine/reasons", { params: { query: { source_id: source.id } } }, { enabled: maySee, refetchInterval: 30_000 },
  );
  if (!maySee) return null;
  return (
    <Panel title={t("reasons.title")}>
      <QueryView query={query} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t("reasons.none")} />}>
        {(page) => (
          <Flex vertical gap={8}>
            {[...page.items].sort((one, other) => other.count - one.count).map(({ reason, reason_text, count }) => (
              <Flex key={reason} gap={12} align="baseline">
                <Link to="/quarantine" search={{ source: source.id, reason }} className="numeric" style={{ minWidth: 56, textAlign: "end" }}>
                  {t("reasons.count", { count, number: formats.number(count) })}
                </Link>
                <Typography.Text>{reason_text ?? reason}</Typography.Text>
              </Flex>
            ))}
          </Flex>
        )}
      </QueryView>
    </Panel>
  );
}
