import { BulbOutlined, GlobalOutlined, LogoutOutlined, MoonOutlined, SunOutlined, UserOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { LANGUAGES, chooseLanguage } from "@shared/i18n";
import { useMe, useSignOut } from "@shared/session";
import { useLook } from "@shared/theme";

// eslint-disable-next-line no-restricted-syntax -- a language is called by its own name
const LANGUAGE_NAMES = { zh: "中文", en: "English" };

export function LanguageSwitch() {
  const { t, i18n } = useTranslation("app");
  const items = LANGUAGES.map((language) => ({ key: language, label: <span lang={language}>{LANGUAGE_NAMES[language]}</span> }));
  return (
    <Dropdown trigger={["click"]} menu={{ items, selectedKeys: [i18n.language], onClick: ({ key }) => void chooseLanguage(key === "zh" ? "zh" : "en") }}>
      <Button type="text" icon={<GlobalOutlined />} title={t("language")}>{i18n.language === "zh" ? LANGUAGE_NAMES.zh : LANGUAGE_NAMES.en}</Button>
    </Dropdown>
  );
}

export function LookSwitch() {
  const { t } = useTranslation("app");
  const { look, isDark, choose } = useLook();
  const items = [
    { key: "light", icon: <SunOutlined />, label: t("look.light") },
    { key: "dark", icon: <MoonOutlined />, label: t("look.dark") },
    { key: "system", icon: <BulbOutlined />, label: t("look.system") },
  ];
  return (
    <Dropdown trigger={["click"]} menu={{ items, selectedKeys: [look], onClick: ({ key }) => choose(key as typeof look) }}>
      <Button type="text" icon={isDark ? <MoonOutlined /> : <SunOutlined />} aria-label={t("look.name")} />
    </Dropdown>
  );
}

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
    await signOut();
    await navigate({ to: "/login", search: {} });
  };
  return (
    <Dropdown trigger={["click"]} menu={{ items, onClick: (event) => void onClick(event) }}>
      <Button type="text" icon={<UserOutlined />}>{me.name}</Button>
    </Dropdown>
  );
}
