import { EllipsisOutlined, UserAddOutlined } from "@ant-design/icons";
import { Button, Dropdown, Flex, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useMay, useMe } from "@shared/session";
import { useConfirm } from "@shared/ui/confirm";
import { EmptyState } from "@shared/ui/empty-state";
import { ListTable } from "@shared/ui/list-table";
import { Ago } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";
import { NewUser } from "./new-user";
import { settingsSectionRoute } from "./routes";
import { SecretDialog } from "./secret-dialog";

type Member = Schema<"WorkspaceUserOut">;
type Role = Schema<"RoleChange">["role"];

/** Who belongs to the workspace, and in which role. */
export function Users() {
  const { t } = useTranslation("settings");
  const { cursor } = settingsSectionRoute.useSearch();
  const navigate = settingsSectionRoute.useNavigate();
  const tell = useTell();
  const confirm = useConfirm();
  const me = useMe();
  const mayChange = useMay("users:write");
  const [isAdding, setAdding] = useState(false);
  const [secret, setSecret] = useState<{ name: string; text: string }>();
  const query = hooks.useQuery("get", "/api/v1/users", { params: { query: { cursor } } });
  const { data: roles } = hooks.useQuery("get", "/api/v1/roles", {}, { staleTime: Infinity });

  const setRole = async (member: Member, role: Role, isUndo = false) => {
    try {
      await api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: member.id } }, body: { role } });
      await query.refetch();
      tell.done(t("users.roleChanged", { name: member.name }), isUndo ? {} : { undo: () => void setRole(member, member.role as Role, true) });
    } catch (thrown) {
      tell.failed(thrown);
    }
  };
  const act = (member: Member, action: string) => {
    const params = { params: { path: { user_id: member.id } } };
    if (action === "reset")
      confirm({
        title: t("users.resetTitle", { name: member.name }),
        impact: t("users.resetImpact"),
        action: t("users.reset"),
        onConfirm: async () => {
          const { data } = await api.POST("/api/v1/users/{user_id}/password", params);
          if (data) setSecret({ name: member.email, text: data.password });
        },
      });
    else
      confirm({
        title: t("users.removeTitle", { name: member.name }),
        impact: t("users.removeImpact"),
        action: t("users.remove"),
        typed: member.email,
        onConfirm: async () => {
          await api.DELETE("/api/v1/users/{user_id}", params).then(() => tell.done(t("users.removed")), tell.failed);
          await query.refetch();
        },
      });
  };

  return (
    <>
      <ListTable<Member>
        name="users"
        query={query}
        rowKey="id"
        cursor={cursor}
        onCursor={(next) => void navigate({ search: { cursor: next } })}
        filters={
          <Button type="primary" icon={<UserAddOutlined />} disabled={!mayChange} title={mayChange ? undefined : t("users.ownersOnly")} onClick={() => setAdding(true)}>
            {t("users.add")}
          </Button>
        }
        empty={<EmptyState title={t("users.none")} />}
        columns={[
          {
            key: "name", title: t("users.name"), csv: (row) => row.name,
            render: (_, row) => <Flex vertical><span>{row.name}{row.id === me.id && <Typography.Text type="secondary"> {t("users.you")}</Typography.Text>}</span><Typography.Text type="secondary">{row.email}</Typography.Text></Flex>,
          },
          { key: "email", title: t("users.email"), isExtra: true, csv: (row) => row.email, render: (_, row) => row.email },
          {
            key: "role", title: t("users.role"), csv: (row) => row.role,
            render: (_, row) => (
              <Select<Role>
                value={row.role as Role}
                disabled={!mayChange}
                aria-label={t("users.roleOf", { name: row.name })}
                style={{ width: 150 }}
                options={(roles?.items ?? [{ name: row.role, title: row.role }]).map((role) => ({ value: role.name as Role, label: role.title }))}
                onChange={(role) => void setRole(row, role)}
              />
            ),
          },
          { key: "joined", title: t("users.joined"), csv: (row) => row.joined_at, render: (_, row) => <Ago at={row.joined_at} /> },
          {
            key: "actions", title: t("actions"), align: "end",
            render: (_, row) => (
              <Dropdown
                trigger={["click"]}
                disabled={!mayChange || row.id === me.id}
                menu={{ items: [{ key: "reset", label: t("users.reset") }, { key: "remove", label: t("users.remove"), danger: true }], onClick: ({ key }) => act(row, key) }}
              >
                <Button size="small" type="text" icon={<EllipsisOutlined />} aria-label={t("users.actionsFor", { name: row.name })} />
              </Dropdown>
            ),
          },
        ]}
      />
      <NewUser
        open={isAdding}
        roles={roles?.items ?? []}
        onClose={() => setAdding(false)}
        onCreated={(email, password) => {
          setAdding(false);
          void query.refetch();
          if (password) setSecret({ name: email, text: password });
          else tell.done(t("users.added"));
        }}
      />
      <SecretDialog title={t("users.passwordFor", { name: secret?.name ?? "" })} hint={t("users.passwordHint")} secret={secret?.text} onClose={() => setSecret(undefined)} />
    </>
  );
}
