import { KeyOutlined } from "@ant-design/icons";
import { Button, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useMay } from "@shared/session";
import { useConfirm } from "@shared/ui/confirm";
import { EmptyState } from "@shared/ui/empty-state";
import { ListTable } from "@shared/ui/list-table";
import { Status } from "@shared/ui/status";
import { Ago, Moment } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";
import { NewToken } from "./new-token";
import { settingsSectionRoute } from "./routes";
import { SecretDialog } from "./secret-dialog";

type Token = Schema<"TokenOut">;

function TokenState({ token }: { token: Token }) {
  const { t } = useTranslation("settings");
  const [now] = useState(Date.now);
  if (token.revoked_at) return <Status tone="neutral">{t("tokens.revoked")}</Status>;
  if (token.expires_at && new Date(token.expires_at).getTime() < now) return <Status tone="warning">{t("tokens.expired")}</Status>;
  return <Status tone="good">{t("tokens.works")}</Status>;
}

/** Keys for programs. */
export function Tokens() {
  const { t } = useTranslation("settings");
  const { cursor } = settingsSectionRoute.useSearch();
  const navigate = settingsSectionRoute.useNavigate();
  const tell = useTell();
  const confirm = useConfirm();
  const mayChange = useMay("tokens:write");
  const [isAdding, setAdding] = useState(false);
  const [secret, setSecret] = useState<{ name: string; text: string }>();
  const query = hooks.useQuery("get", "/api/v1/tokens", { params: { query: { cursor } } });
  const add = (
    <Button type="primary" icon={<KeyOutlined />} disabled={!mayChange} onClick={() => setAdding(true)}>{t("tokens.add")}</Button>
  );
  const revoke = (token: Token) =>
    confirm({
      title: t("tokens.revokeTitle", { name: token.name }),
      impact: t("tokens.revokeImpact"),
      action: t("tokens.revoke"),
      onConfirm: async () => {
        await api
          .DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: token.id } } })
          .then(() => tell.done(t("tokens.revokedDone")), tell.failed);
        await query.refetch();
      },
    });
  return (
    <>
      <ListTable<Token>
        name="tokens"
        query={query}
        rowKey="id"
        cursor={cursor}
        onCursor={(next) => void navigate({ search: { cursor: next } })}
        filters={query.data?.items.length ? add : undefined}
        empty={<EmptyState title={t("tokens.none")} hint={t("tokens.noneHint")} action={add} />}
        columns={[
          { key: "name", title: t("tokens.name"), csv: (row) => row.name, render: (_, row) => <>{row.name} <Typography.Text type="secondary" className="mono">{row.prefix}…</Typography.Text></> },
          { key: "state", title: t("tokens.state"), render: (_, row) => <TokenState token={row} /> },
          { key: "scopes", title: t("tokens.scopes"), csv: (row) => row.scopes.join(" "), render: (_, row) => <div style={{ maxWidth: 320 }}>{row.scopes.map((scope) => <Tag key={scope} className="mono">{scope}</Tag>)}</div> },
          { key: "used", title: t("tokens.used"), csv: (row) => row.last_used_at, render: (_, row) => row.last_used_at ? <Ago at={row.last_used_at} /> : t("tokens.never") },
          { key: "expires", title: t("tokens.expires"), csv: (row) => row.expires_at, render: (_, row) => row.expires_at ? <Moment at={row.expires_at} /> : t("tokens.noEnd") },
          { key: "created", title: t("tokens.created"), isExtra: true, csv: (row) => row.created_at, render: (_, row) => <Ago at={row.created_at} /> },
          { key: "actions", title: t("actions"), align: "end", render: (_, row) => <Button size="small" danger disabled={!mayChange || row.revoked_at !== null} onClick={() => revoke(row)}>{t("tokens.revoke")}</Button> },
        ]}
      />
      <NewToken
        open={isAdding}
        onClose={() => setAdding(false)}
        onCreated={(token) => {
          setAdding(false);
          setSecret({ name: token.name, text: token.token });
          void query.refetch();
        }}
      />
      <SecretDialog title={t("tokens.secretFor", { name: secret?.name ?? "" })} hint={t("tokens.secretHint")} secret={secret?.text} onClose={() => setSecret(undefined)} />
    </>
  );
}
