import { BulbOutlined, GlobalOutlined, MoonOutlined, SunOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { LANGUAGES, chooseLanguage } from "../i18n";
import { useLook } from "../theme";

// eslint-disable-next-line no-restricted-syntax -- a language is called by its own name
const LANGUAGE_NAMES = { zh: "中文", en: "English" };

export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  const items = LANGUAGES.map((language) => ({ key: language, label: <span lang={language}>{LANGUAGE_NAMES[language]}</span> }));
  return (
    <Dropdown trigger={["click"]} menu={{ items, selectedKeys: [i18n.language], onClick: ({ key }) => void chooseLanguage(key === "zh" ? "zh" : "en") }}>
      <Button type="text" icon={<GlobalOutlined />} title={t("appearance.language")}>{i18n.language === "zh" ? LANGUAGE_NAMES.zh : LANGUAGE_NAMES.en}</Button>
    </Dropdown>
  );
}

export function LookSwitch() {
  const { t } = useTranslation();
  const { look, isDark, choose } = useLook();
  const items = [
    { key: "light", icon: <SunOutlined />, label: t("appearance.light") },
    { key: "dark", icon: <MoonOutlined />, label: t("appearance.dark") },
    { key: "system", icon: <BulbOutlined />, label: t("appearance.system") },
  ];
  return (
    <Dropdown trigger={["click"]} menu={{ items, selectedKeys: [look], onClick: ({ key }) => choose(key as typeof look) }}>
      <Button type="text" icon={isDark ? <MoonOutlined /> : <SunOutlined />} aria-label={t("appearance.look")} />
    </Dropdown>
  );
}
