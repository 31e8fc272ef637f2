import { Avatar, Flex, Typography, theme } from "antd";
import { useTranslation } from "react-i18next";
import type { Rendered } from "./use-render";

interface Props {
  sender: string;
  rendered: Rendered;
}

/** The message in the list of a mail program, before it is opened. */
export function InboxLine({ sender, rendered }: Props) {
  const { t } = useTranslation("campaigns");
  const { token } = theme.useToken();
  const name = /^\s*"?([^"<@]+?)"?\s*</.exec(sender)?.[1] ?? (sender.split("@")[0] || t("preview.sender"));
  return (
    <Flex gap={10} align="center" role="group" aria-label={t("preview.inbox")} style={{ padding: "8px 10px", border: `1px solid ${token.colorBorderSecondary}`, borderRadius: token.borderRadius, background: token.colorBgContainer }}>
      <Avatar size={30} style={{ background: token.colorFillSecondary, color: token.colorText, flex: "none" }}>{[...name][0]}</Avatar>
      <div style={{ minWidth: 0, flex: 1 }}>
        <Flex justify="space-between" gap={8}><Typography.Text strong ellipsis>{name}</Typography.Text><Typography.Text type="secondary">{t("preview.now")}</Typography.Text></Flex>
        <Typography.Text ellipsis style={{ display: "block" }}>{rendered.subject || <Typography.Text type="danger">{t("preview.noSubject")}</Typography.Text>}</Typography.Text>
        <Typography.Text ellipsis type="secondary" style={{ display: "block" }}>{rendered.preheader || (rendered.text ?? "").trim().slice(0, 90)}</Typography.Text>
      </div>
    </Flex>
  );
}
