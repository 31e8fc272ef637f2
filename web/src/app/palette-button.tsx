import { SearchOutlined } from "@ant-design/icons";
import { Button, Typography } from "antd";
import { Suspense, lazy, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

const Palette = lazy(() => import("./palette"));
const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Opens the search over everything; so do Ctrl+K and ⌘K. */
export function PaletteButton() {
  const { t } = useTranslation("app");
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(isMac ? event.metaKey : event.ctrlKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      setOpen((now) => !now);
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  return (
    <>
      <Button icon={<SearchOutlined />} onClick={() => setOpen(true)}>
        {t("palette.title")}
        <Typography.Text type="secondary" keyboard style={{ marginInlineStart: 6 }}>{isMac ? "⌘K" : t("palette.keys")}</Typography.Text>
      </Button>
      {isOpen && <Suspense><Palette onClose={() => setOpen(false)} /></Suspense>}
    </>
  );
}
