import { Card, Flex, Typography, theme } from "antd";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch, LookSwitch } from "@shared/ui/appearance-menus";
import { Mark } from "@shared/ui/mark";

interface Props {
  title: string;
  lead?: ReactNode;
  width?: number;
  children: ReactNode;
}

/** What stands around the screens of somebody who is not signed in. */
export function EntryFrame({ title, lead, width = 400, children }: Props) {
  const { t } = useTranslation("account");
  const { token } = theme.useToken();
  useEffect(() => {
    document.title = `${title} · ${t("brand")}`;
  }, [title, t]);
  return (
    <Flex vertical align="center" style={{ minHeight: "100%", background: token.colorBgLayout, padding: "24px 16px 48px" }}>
      <Flex justify="end" gap={4} style={{ width: "100%" }}>
        <LanguageSwitch />
        <LookSwitch />
      </Flex>
      <main style={{ width: "100%", maxWidth: width, marginTop: "min(8vh, 72px)" }}>
        <Flex align="center" gap={10} justify="center" style={{ marginBottom: 20 }}>
          <Mark size={34} />
          <Typography.Text strong style={{ fontSize: 20 }}>{t("brand")}</Typography.Text>
        </Flex>
        <Card styles={{ body: { padding: 28 } }}>
          <Typography.Title level={1} style={{ fontSize: 20, margin: lead ? "0 0 4px" : "0 0 20px" }}>{title}</Typography.Title>
          {lead && <Typography.Paragraph type="secondary" style={{ marginBottom: 20 }}>{lead}</Typography.Paragraph>}
          {children}
        </Card>
      </main>
    </Flex>
  );
}
