import { Flex, InputNumber, Radio, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useMay } from "@shared/session";
import { LinkButton } from "@shared/ui/link-button";
import { Panel } from "@shared/ui/panel";
import { ChangedTag } from "./changed-tag";
import { Explained } from "./explained";
import { CAPS, UNSIGNED } from "./model";
import type { PartProps } from "./part";

/** What one profile may become. */
export function OnePerson({ rules, work, mayWrite }: PartProps) {
  const { t } = useTranslation("identity");
  return (
    <Panel title={<>{t("caps.title")} <ChangedTag changes={work.changes} part="caps" /></>}>
      <Flex vertical gap={14}>
        {CAPS.map((key) => (
          <Explained key={key} label={t(`caps.${key}`)} hint={t(`capsHint.${key}`, { count: rules.caps[key] })}>
            {(named) => <InputNumber {...named} min={1} max={1000} precision={0} value={rules.caps[key]} disabled={!mayWrite} style={{ width: 120 }} onChange={(value) => value && work.edit({ caps: { ...rules.caps, [key]: value } })} />}
          </Explained>
        ))}
      </Flex>
    </Panel>
  );
}

/** What identifiers are worth that come unsigned from people's own devices. */
export function Unsigned({ rules, work, mayWrite }: PartProps) {
  const { t } = useTranslation("identity");
  const maySee = useMay("sources:read");
  const sources = hooks.useQuery("get", "/api/v1/sources", {}, { enabled: maySee, staleTime: 60_000 });
  const own = (sources.data?.items ?? []).filter((source) => source.kind === "web" || source.kind === "mobile");
  return (
    <Panel title={<>{t("unsigned.title")} <ChangedTag changes={work.changes} part="unsigned" /></>}>
      <Typography.Paragraph type="secondary">{t("unsigned.lead")}</Typography.Paragraph>
      <Radio.Group
        aria-label={t("unsigned.title")}
        vertical
        value={rules.unsigned}
        disabled={!mayWrite}
        onChange={(event) => work.edit({ unsigned: UNSIGNED.find((each) => each === event.target.value) ?? "attach" })}
        options={UNSIGNED.map((value) => ({
          value,
          label: <span>{t(`unsigned.${value}`)}<Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>{t(`unsignedHint.${value}`)}</Typography.Text></span>,
        }))}
      />
      {own.length > 0 && (
        <Flex gap={6} wrap align="center" style={{ marginTop: 12 }}>
          <Typography.Text type="secondary">{t("unsigned.sign")}</Typography.Text>
          {own.slice(0, 6).map((source) => (
            <LinkButton key={source.id} size="small" to="/sources/$sourceId" params={{ sourceId: source.id }} search={{ tab: "settings" }}>{source.name}</LinkButton>
          ))}
        </Flex>
      )}
    </Panel>
  );
}

/** What logging out means for the browser or device. */
export function Logout({ rules, work, mayWrite }: PartProps) {
  const { t } = useTranslation("identity");
  const { logout } = rules;
  return (
    <Panel title={<>{t("logout.title")} <ChangedTag changes={work.changes} part="logout" /></>}>
      <Flex vertical gap={14}>
        <Radio.Group
          aria-label={t("logout.title")}
          vertical
          value={logout.policy}
          disabled={!mayWrite}
          onChange={(event) => work.edit({ logout: { ...logout, policy: event.target.value === "isolate" ? "isolate" : "link" } })}
          options={(["link", "isolate"] as const).map((value) => ({
            value,
            label: <span>{t(`logout.${value}`)}<Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>{t(`logoutHint.${value}`)}</Typography.Text></span>,
          }))}
        />
        <Explained label={t("logout.events")} hint={t("logout.eventsHint")}>
          {(named) => <Select {...named} mode="tags" open={false} suffixIcon={null} value={logout.events} disabled={!mayWrite} onChange={(events: string[]) => work.edit({ logout: { ...logout, events } })} />}
        </Explained>
      </Flex>
    </Panel>
  );
}
