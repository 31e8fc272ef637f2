import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { QueryView } from "@shared/ui/query-view";
import { Status, type Tone } from "@shared/ui/status";
import { Moment } from "@shared/ui/time";

const TONES: Record<Schema<"PersonConsent">["state"], Tone> = { granted: "good", withdrawn: "bad", none: "neutral" };

/** Whether the person may get marketing mail, and what they said about it over time. */
export function Consent({ profileId }: { profileId: string }) {
  const { t } = useTranslation("people");
  const query = hooks.useQuery("get", "/api/v1/profiles/{profile_id}/consent", {
    params: { path: { profile_id: profileId }, query: { channel: "email", purpose: "marketing" } },
  });
  return (
    <QueryView query={query} rows={2}>
      {(consent) => (
        <Flex vertical gap={8}>
          <Flex gap={8}>
            <span>{t("consent.email")}</span>
            <Status tone={TONES[consent.state]}>{t(`consent.state.${consent.state}`)}</Status>
          </Flex>
          {consent.history.length === 0 && <Typography.Text type="secondary">{t("consent.none")}</Typography.Text>}
          {consent.history.slice(0, 5).map((entry) => (
            <Typography.Text key={entry.at + entry.state} type="secondary">
              <Moment at={entry.at} /> · {t(`consent.state.${entry.state}`)} · {t("consent.from", { source: entry.source })}
            </Typography.Text>
          ))}
        </Flex>
      )}
    </QueryView>
  );
}
