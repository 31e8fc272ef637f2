import { Link } from "@tanstack/react-router";
import { Col, Row, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Ago } from "@shared/ui/time";

const NUMBERS = ["people", "identified", "new_7d", "active_7d"] as const;

/** How many people there are; each number leads to them. */
export function PeopleNumbers() {
  const { t } = useTranslation("overview");
  const formats = useFormats();
  const query = hooks.useQuery("get", "/api/v1/overview/people", {}, { refetchInterval: 15_000 });
  const computed = query.data && <Typography.Text type="secondary"><Ago at={query.data.computed_at} say={(ago) => t("people.computed", { ago })} /></Typography.Text>;
  return (
    <Panel title={t("people.title")} extra={computed}>
      <QueryView query={query} rows={1}>
        {(data) => (
          <Row gutter={[16, 12]}>
            {NUMBERS.map((name) => {
              const filter: Record<string, string> = data.filters[name];
              const search = { identified: filter.identified === "true" || undefined, first: filter.first_seen_since, last: filter.last_seen_since };
              return (
                <Col key={name} xs={12} lg={6}>
                  <Tooltip title={t(`people.${name}Hint`)}>
                    <Link to="/people" search={search} style={{ display: "block" }}>
                      <Typography.Text type="secondary" style={{ display: "block" }}>{t(`people.${name}`)}</Typography.Text>
                      <Typography.Text strong className="numeric" style={{ fontSize: 26, lineHeight: 1.25 }}>{formats.compact(data[name])}</Typography.Text>
                      {name !== "people" && data.people > 0 && (
                        <Typography.Text type="secondary"> {t("people.share", { share: formats.percent(data[name] / data.people, 0) })}</Typography.Text>
                      )}
                    </Link>
                  </Tooltip>
                </Col>
              );
            })}
          </Row>
        )}
      </QueryView>
    </Panel>
  );
}
