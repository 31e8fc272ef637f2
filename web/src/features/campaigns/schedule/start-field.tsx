import { Alert, DatePicker, Flex, Radio, Typography } from "antd";
import dayjs from "dayjs";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Formats, useFormats } from "@shared/format";
import { useNow } from "@shared/ui/time";
import { usePlannedStart } from "./plan";
import { instantOf, wallOf } from "./zoned";

/** Now, or at a time in the workspace's zone. */
export function StartField({ campaignId }: { campaignId: string }) {
  const { t, i18n } = useTranslation("campaigns");
  const formats = useFormats();
  const id = useId();
  const now = useNow(15_000);
  const [at, plan] = usePlannedStart(campaignId);
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const wall = at && wallOf(Date.parse(at), formats.timeZone);
  const isElsewhere = at !== null && wallOf(Date.parse(at), own) !== wall;
  const proposal = () => instantOf(`${wallOf(now + 86_400_000, formats.timeZone).slice(0, 10)}T10:00`, formats.timeZone).toISOString();

  return (
    <Flex vertical gap={10}>
      <Radio.Group
        aria-label={t("start.title")}
        value={at === null ? "now" : "later"}
        onChange={(event) => plan(event.target.value === "now" ? null : proposal())}
        options={[{ value: "now", label: t("start.now") }, { value: "later", label: t("start.later") }]}
      />
      {at !== null && (
        <>
          <Flex gap={8} align="center" wrap>
            <label htmlFor={id}>{t("start.at")}</label>
            <DatePicker
              id={id}
              showTime={{ format: "HH:mm", minuteStep: 5 }}
              format={i18n.language === "zh" ? "YYYY-MM-DD HH:mm" : "MMM D, YYYY, HH:mm"}
              allowClear={false}
              value={dayjs(wall)}
              disabledDate={(date) => date.format("YYYY-MM-DD") < wallOf(now, formats.timeZone).slice(0, 10)}
              onChange={(value) => value && plan(instantOf(value.format("YYYY-MM-DDTHH:mm"), formats.timeZone).toISOString())}
            />
            <Typography.Text type="secondary">{formats.timeZone}</Typography.Text>
          </Flex>
          {isElsewhere && (
            <Typography.Text type="secondary">
              {t("start.own", { time: new Formats(i18n.language, own, formats.currency).dateTime(at), zone: own })}
            </Typography.Text>
          )}
          {Date.parse(at) <= now
            ? <Alert type="warning" showIcon title={t("start.past")} />
            : <Typography.Text type="secondary">{t("start.members", { when: formats.relative(at, now) })}</Typography.Text>}
        </>
      )}
    </Flex>
  );
}
