import { Flex, Statistic, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { PersonLink } from "@shared/people/person-link";
import { type Check, expected } from "./use-check";

/** Who would get it, who would not and why. */
export function CheckNumbers({ check, held }: { check: Check; held: number }) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const about = (people: number) => (check.is_exact ? formats.number(people) : t("check.about", { number: formats.number(people) }));
  const scale = check.is_exact || check.tried === 0 ? 1 : check.audience_size / check.tried;
  const reasons = [...check.rejected, ...check.would_fail];
  return (
    <Flex vertical gap={12}>
      <Flex gap={32} wrap>
        <Statistic title={t("check.audience")} value={formats.number(check.audience_size)} />
        <Statistic title={t("check.reachable")} value={about(expected(check))} />
        {held > 0 && <Statistic title={t("check.held")} value={formats.percent(held)} />}
      </Flex>
      {!check.is_exact && <Typography.Text type="secondary">{t("check.sample", { number: formats.number(check.tried) })}</Typography.Text>}
      {reasons.length > 0 && (
        <Flex vertical gap={4} role="list" aria-label={t("check.reasons")}>
          {reasons.map((each) => (
            <Flex key={each.reason} role="listitem" justify="space-between" gap={12}>
              <span>
                {each.text}
                {each.example && <> · {t("check.example")} <PersonLink id={each.example} /></>}
              </span>
              <span className="numeric">{about(Math.round(each.people * scale))}</span>
            </Flex>
          ))}
        </Flex>
      )}
    </Flex>
  );
}
