import type { UseQueryResult } from "@tanstack/react-query";
import { DatePicker, Flex, Tooltip } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Known } from "./known";
import { personRoute } from "./routes";
import { Traits } from "./traits";

interface Props {
  query: UseQueryResult<Schema<"ProfileDetail">, unknown>;
  profileId: string;
  reveal: boolean;
}

/** The golden record as it is, or as it was known on a day of one's choice, beside today's. */
export function GoldenRecord({ query, profileId, reveal }: Props) {
  const { t } = useTranslation("people");
  const { then } = personRoute.useSearch();
  const navigate = personRoute.useNavigate();
  const day = then && dayjs(then, "YYYY-MM-DD").isValid() ? then : undefined;
  return (
    <Panel
      title={<Tooltip title={t("traits.lead")}><span>{t("traits.title")}</span></Tooltip>}
      extra={
        <Flex gap={8}>
          <DatePicker
            size="small" style={{ width: 190 }} aria-label={t("then.pick")} placeholder={t("then.pick")} value={day ? dayjs(day) : null}
            disabledDate={(date) => date.isAfter(dayjs(), "day")}
            onChange={(date) => void navigate({ search: (before) => ({ ...before, then: date?.format("YYYY-MM-DD") }) })}
          />
        </Flex>
      }
      flush
    >
      <QueryView query={query} rows={10}>{(person) => (day ? <Known person={person} day={day} profileId={profileId} reveal={reveal} /> : <Traits person={person} />)}</QueryView>
    </Panel>
  );
}
