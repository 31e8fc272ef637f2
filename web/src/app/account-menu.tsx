import { LogoutOutlined, UserOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { useMe, useSignOut } from "@shared/session";

export function AccountMenu() {
  const { t } = useTranslation("app");
  const me = useMe();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const items = [
    { key: "account", icon: <UserOutlined />, label: t("account") },
    { type: "divider" as const },
    { key: "signOut", icon: <LogoutOutlined />, label: t("signOut") },
  ];
  const onClick = async ({ key }: { key: string }) => {
    if (key === "account") return navigate({ to: "/settings/$section", params: { section: "account" } });
    await signOut(() => navigate({ to: "/login", search: {} }));
  };
  return (
    <Dropdown trigger={["click"]} menu={{ items, onClick: (event) => void onClick(event) }}>
      <Button type="text" icon={<UserOutlined />}>{me.name}</Button>
    </Dropdown>
  );
}
