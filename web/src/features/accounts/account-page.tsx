import { EyeInvisibleOutlined, EyeOutlined, LeftOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button, Col, Flex, Row, Tag, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useAccountKind } from "@shared/names/accounts";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { CopyButton } from "@shared/ui/copy-button";
import { Page } from "@shared/ui/page";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { QueryView } from "@shared/ui/query-view";
import { Ago } from "@shared/ui/time";
import { AccountPeople } from "./account-people";
import { AccountTraits } from "./account-traits";
import { accountRoute } from "./routes";

/** Everything about one account, and who belongs to it. */
export function AccountPage() {
  const { accountId } = accountRoute.useParams();
  return <Content key={accountId} accountId={accountId} />;
}

function Content({ accountId }: { accountId: string }) {
  const { t } = useTranslation("accounts");
  const kindName = useAccountKind();
  const mayReveal = useMay("profiles:reveal");
  const [reveal, setReveal] = useState(false); // kept nowhere: leaving the page hides it again
  const query = hooks.useQuery("get", "/api/v1/accounts/{account_id}", { params: { path: { account_id: accountId }, query: { reveal } } }, { placeholderData: (before) => before });
  const account = query.data;
  const back = <Link to="/accounts"><LeftOutlined /> {t("title")}</Link>;
  // Without the account no part of the page has anything to say.
  if (query.error && !account) return <Page title={t("title")} before={back}><ProblemView problem={query.error} onRetry={() => void query.refetch()} /></Page>;
  return (
    <Page
      title={account ? (account.name ?? account.account_id) : t("title")}
      before={back}
      after={account && <Tag variant="filled">{kindName(account.kind)}</Tag>}
      lead={
        account && (
          <Flex gap={14} wrap align="center">
            <span>{t("column.accountId")} <span className="mono" style={{ overflowWrap: "anywhere" }}>{account.account_id}</span> <CopyButton text={account.account_id} /></span>
            <span>{t("column.first")} <Ago at={account.first_seen} /></span>
            <span>{t("column.last")} <Ago at={account.last_seen} /></span>
          </Flex>
        )
      }
      actions={
        <>
          <ApiButton method="GET" path={`/accounts/${accountId}`} />
          <Tooltip title={t(mayReveal ? "reveal.hint" : "reveal.noRight")}>
            <Button icon={reveal ? <EyeInvisibleOutlined /> : <EyeOutlined />} disabled={!mayReveal} onClick={() => setReveal(!reveal)}>
              {t(reveal ? "reveal.hide" : "reveal.show")}
            </Button>
          </Tooltip>
        </>
      }
    >
      <Row gutter={[16, 16]}>
        <Col xs={24} xl={8}>
          <Panel title={t("traits.title")} flush><QueryView query={query}>{(found) => <AccountTraits traits={found.traits} />}</QueryView></Panel>
        </Col>
        <Col xs={24} xl={16}>
          <Panel title={t("people.title")}><AccountPeople accountId={accountId} count={account?.people} /></Panel>
        </Col>
      </Row>
    </Page>
  );
}
