import { CheckOutlined, CopyOutlined } from "@ant-design/icons";
import { App, Button, Tooltip } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

/** Works without the clipboard API too, which browsers keep from pages on plain http. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    return isCopied;
  }
}

interface Props {
  text: string;
  /** Shown beside the icon; else the icon alone. */
  label?: string;
}

export function CopyButton({ text, label }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    if (await copyText(text)) setCopied(true);
    else message.error(t("problem.copy"));
  };
  const name = isCopied ? t("action.copied") : (label ?? t("action.copy"));
  const icon = isCopied ? <CheckOutlined /> : <CopyOutlined />;
  if (label) return <Button size="small" icon={icon} onClick={copy}>{name}</Button>;
  return (
    <Tooltip title={name}>
      <Button size="small" type="text" icon={icon} aria-label={name} onClick={copy} />
    </Tooltip>
  );
}
