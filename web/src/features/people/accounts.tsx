import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useAccountKind } from "@shared/names/accounts";
import { AccountLink } from "@shared/people/account-link";
import { Panel } from "@shared/ui/panel";
import { Ago } from "@shared/ui/time";

/** The companies, households and other accounts that the person belongs to; nothing for somebody without any. */
export function Accounts({ groups }: { groups: Schema<"ProfileDetail">["groups"] }) {
  const { t } = useTranslation("people");
  const kindName = useAccountKind();
  if (groups.length === 0) return null;
  return (
    <Panel title={t("accounts.title")}>
      <Flex component="ul" vertical gap={6} style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {groups.map((group) => (
          <Flex key={group.account_id} component="li" justify="space-between" gap={12}>
            <span style={{ overflowWrap: "anywhere" }}>
              <AccountLink id={group.account_id} name={group.name} accountId={group.id} /> <Typography.Text type="secondary">{kindName(group.kind)}</Typography.Text>
            </span>
            <Typography.Text type="secondary" style={{ whiteSpace: "nowrap" }}><Ago at={group.since} say={(ago) => t("accounts.since", { ago })} /></Typography.Text>
          </Flex>
        ))}
      </Flex>
    </Panel>
  );
}
