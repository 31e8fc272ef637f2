import { CheckOutlined } from "@ant-design/icons";
import { Table } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";

/** Who may do what: each right, and the roles that have it. */
export function Roles() {
  const { t } = useTranslation("settings");
  const query = hooks.useQuery("get", "/api/v1/roles");
  return (
    <Panel flush>
      <QueryView query={query} rows={12}>
        {({ items, scopes }) => (
          <Table
            size="small"
            pagination={false}
            rowKey="name"
            dataSource={Object.entries(scopes).map(([name, description]) => ({ name, description }))}
            scroll={{ x: "max-content" }}
            columns={[
              { title: t("roles.right"), key: "right", render: (_, scope) => <span title={scope.name}>{scope.description}</span> },
              ...items.map((role) => ({
                title: <span title={role.description}>{role.title}</span>,
                key: role.name,
                align: "center" as const,
                render: (_: unknown, scope: { name: string }) =>
                  role.scopes.includes(scope.name) ? <CheckOutlined aria-label={t("roles.yes")} /> : <span className="visually-hidden">{t("roles.no")}</span>,
              })),
            ]}
          />
        )}
      </QueryView>
    </Panel>
  );
}
