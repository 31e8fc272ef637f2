import { MenuFoldOutlined, MenuUnfoldOutlined } from "@ant-design/icons";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { Button, Flex, Layout, Menu, type MenuProps, Spin, Typography, theme } from "antd";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@shared/session";
import { LanguageSwitch, LookSwitch } from "@shared/ui/appearance-menus";
import { Mark } from "@shared/ui/mark";
import { AccountMenu } from "./account-menu";
import { NAVIGATION } from "./navigation";
import { PaletteButton } from "./palette-button";

const FOLDED = "tributary.folded";

/** What stands around every screen of a signed-in user: navigation at the left, one's own matters above. */
export function Shell() {
  const { t } = useTranslation("app");
  const { token } = theme.useToken();
  const me = useMe();
  const { pathname } = useLocation();
  const [isFolded, setFolded] = useState(() => localStorage.getItem(FOLDED) === "1");
  const fold = () => {
    localStorage.setItem(FOLDED, isFolded ? "0" : "1");
    setFolded(!isFolded);
  };

  const groups = NAVIGATION.map((group) => ({
    ...group,
    places: group.places.filter((place) => !place.scope || me.scopes.includes(place.scope)),
  })).filter((group) => group.places.length > 0);
  const current = groups.flatMap((group) => group.places).find((place) => place.to !== "/" && pathname.startsWith(place.to));
  const items = groups.flatMap((group): NonNullable<MenuProps["items"]> => {
    const places = group.places.map((place) => ({
      key: place.key,
      icon: place.icon,
      label: <Link to={place.to}>{t(`place.${place.key}`)}</Link>,
    }));
    return group.key ? [{ type: "group" as const, key: group.key, label: isFolded ? "" : t(`group.${group.key}`), children: places }] : places;
  });

  return (
    <Layout style={{ minHeight: "100%" }}>
      <a href="#main" className="skip-link">{t("skip")}</a>
      <Layout.Sider
        width={196}
        collapsedWidth={56}
        collapsed={isFolded}
        style={{ position: "sticky", top: 0, height: "100vh", overflow: "auto", borderInlineEnd: `1px solid ${token.colorBorderSecondary}` }}
      >
        <Link to="/" aria-label={isFolded ? t("brand") : undefined}>
          <Flex align="center" gap={8} style={{ height: 48, padding: isFolded ? "0 16px" : "0 18px" }}>
            <Mark />
            {!isFolded && <Typography.Text strong style={{ fontSize: 15, whiteSpace: "nowrap" }}>{t("brand")}</Typography.Text>}
          </Flex>
        </Link>
        <nav aria-label={t("navigation")}>
          <Menu mode="inline" inlineIndent={14} items={items} selectedKeys={[current?.key ?? (pathname === "/" ? "overview" : "")]} style={{ borderInlineEnd: 0, padding: "0 6px" }} />
        </nav>
      </Layout.Sider>
      <Layout>
        <Layout.Header style={{ position: "sticky", top: 0, zIndex: 20, borderBottom: `1px solid ${token.colorBorderSecondary}`, lineHeight: "normal" }}>
          <Flex align="center" justify="space-between" style={{ height: "100%" }} gap={12}>
            <Flex align="center" gap={10} style={{ minWidth: 0 }}>
              <Button type="text" icon={isFolded ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />} aria-label={t(isFolded ? "unfold" : "fold")} aria-expanded={!isFolded} onClick={fold} />
              <Typography.Text ellipsis type="secondary">{me.workspace.name}</Typography.Text>
            </Flex>
            <Flex align="center" gap={4}>
              <PaletteButton />
              <LanguageSwitch />
              <LookSwitch />
              <AccountMenu />
            </Flex>
          </Flex>
        </Layout.Header>
        <div>
          <Suspense fallback={<Flex justify="center" style={{ paddingBlock: "20vh" }}><Spin /></Flex>}>
            <Outlet />
          </Suspense>
        </div>
      </Layout>
    </Layout>
  );
}
