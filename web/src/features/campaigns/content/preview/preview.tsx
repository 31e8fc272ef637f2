import { DesktopOutlined, FileTextOutlined, FullscreenOutlined, MobileOutlined, MoonOutlined, PictureOutlined, SunOutlined } from "@ant-design/icons";
import type { UseQueryResult } from "@tanstack/react-query";
import { Alert, Button, Drawer, Flex, Segmented, Spin, Tooltip, Typography, theme } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@shared/ui/empty-state";
import { QueryView } from "@shared/ui/query-view";
import { Frame, hasRemotePictures } from "./frame";
import { InboxLine } from "./inbox-line";
import { SizeMeter } from "./size-meter";
import type { Rendered } from "./use-render";

const DEVICES = ["desktop", "mobile", "text"] as const;
type Device = (typeof DEVICES)[number];
const ICONS = { desktop: <DesktopOutlined />, mobile: <MobileOutlined />, text: <FileTextOutlined /> };

interface Props {
  query: Pick<UseQueryResult<Rendered | null>, "data" | "error" | "isPending" | "refetch">;
  isBehind: boolean;
  /** Pixels of the message on a large screen. */
  width: number;
  sender: string;
  /** It was sent: nothing is to be mended any more. */
  isOver?: boolean;
}

/** What somebody gets, as near to their mail program as can be. */
export function Preview({ query, isBehind, width, sender, isOver = false }: Props) {
  const { t } = useTranslation("campaigns");
  const { token } = theme.useToken();
  const [device, setDevice] = useState<Device>("desktop");
  const [isDark, setDark] = useState(false);
  const [isLarge, setLarge] = useState(false);
  const [hasPictures, setPictures] = useState(false);

  const message = (rendered: Rendered, at: Device) => {
    if (at === "text") return <pre tabIndex={0} role="region" aria-label={t("preview.text")} style={{ margin: 0, padding: 12, whiteSpace: "pre-wrap", fontSize: 13, maxHeight: 520, overflow: "auto" }}>{rendered.text?.trim() || t("preview.noText")}</pre>;
    if (!rendered.html) return <EmptyState title={t("preview.noHtml")} hint={t(rendered.error ? "preview.brokenHint" : "preview.noHtmlHint")} />;
    return <Frame key={String(hasPictures)} html={rendered.html} isDark={isDark} hasPictures={hasPictures} width={at === "mobile" ? 375 : width + 40} title={t("preview.title")} />;
  };
  const tools = (
    <Flex gap={6} align="center">
      <Segmented<Device>
        size="small"
        aria-label={t("preview.device")}
        value={device}
        options={DEVICES.map((each) => ({ value: each, icon: <span role="img" aria-label={t(`preview.${each}`)}>{ICONS[each]}</span>, tooltip: t(`preview.${each}`) }))}
        onChange={setDevice}
      />
      <Tooltip title={t(isDark ? "preview.light" : "preview.dark")}>
        <Button size="small" type="text" icon={isDark ? <SunOutlined /> : <MoonOutlined />} aria-pressed={isDark} aria-label={t("preview.dark")} disabled={device === "text"} onClick={() => setDark(!isDark)} />
      </Tooltip>
    </Flex>
  );
  return (
    <Flex vertical gap={8}>
      <Flex justify="space-between" align="center">
        {tools}
        <Flex gap={6} align="center">
          {isBehind && <Spin size="small" aria-label={t("preview.updating")} />}
          <Tooltip title={t("preview.large")}>
            <Button size="small" type="text" icon={<FullscreenOutlined />} aria-label={t("preview.large")} onClick={() => setLarge(true)} />
          </Tooltip>
        </Flex>
      </Flex>
      <QueryView query={query} rows={8}>
        {(rendered) =>
          rendered && (
            <>
              <InboxLine sender={sender} rendered={rendered} />
              {!isOver && !rendered.is_sendable && (
                <Alert type="warning" showIcon title={t("preview.notSendable")} description={rendered.error ? [rendered.error.message, rendered.error.cure].filter(Boolean).join(" ") : undefined} />
              )}
              {!hasPictures && device !== "text" && rendered.html !== null && hasRemotePictures(rendered.html) && (
                <Flex justify="space-between" align="center" gap={8}>
                  <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t("preview.noPictures")}</Typography.Text>
                  <Button size="small" icon={<PictureOutlined />} onClick={() => setPictures(true)}>{t("preview.loadPictures")}</Button>
                </Flex>
              )}
              <div style={{ border: `1px solid ${token.colorBorderSecondary}`, borderRadius: token.borderRadius, overflow: "hidden" }}>{message(rendered, device)}</div>
              <SizeMeter bytes={rendered.html_bytes} />
              {!isOver && rendered.missing.length > 0 && (
                <Typography.Text type="secondary">{t("preview.missing", { names: rendered.missing.join(", ") })}</Typography.Text>
              )}
              <Drawer open={isLarge} onClose={() => setLarge(false)} title={t("preview.title")} size={Math.min(width + 120, 960)} extra={tools} destroyOnHidden>
                {message(rendered, device)}
              </Drawer>
            </>
          )
        }
      </QueryView>
    </Flex>
  );
}
