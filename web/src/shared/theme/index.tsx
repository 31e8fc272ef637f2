import { App, ConfigProvider, theme as antTheme, type ThemeConfig } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import { type ReactNode, createContext, use, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { nonce } from "./nonce";
import "./page.css";

export type Look = "light" | "dark" | "system";

const STORED = "tributary.look";
const darkWanted = window.matchMedia("(prefers-color-scheme: dark)");
const calmWanted = window.matchMedia("(prefers-reduced-motion: reduce)");

function useMedia(media: MediaQueryList): boolean {
  return useSyncExternalStore(
    (changed) => {
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    () => media.matches,
  );
}

const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Zen Hei", sans-serif';

// What the library derives from dark seeds is too grey to read text on.
const SURFACES = {
  light: {
    colorSuccessBg: "#e7f5ea", colorSuccessBorder: "#a9d8b6", colorWarningBg: "#fcf3de", colorWarningBorder: "#e6c987",
    colorErrorBg: "#fdeeec", colorErrorBorder: "#f0b7b1", colorInfoBg: "#e9f1fa", colorInfoBorder: "#a9c8e8",
    colorPrimaryBg: "#e3f2ef", colorPrimaryBgHover: "#cfe8e3", colorPrimaryHover: "#0c6c5d",
    controlItemBgActive: "#e3f2ef", controlItemBgActiveHover: "#cfe8e3",
  },
  dark: {
    colorSuccessBg: "#14261a", colorSuccessBorder: "#2a5637", colorWarningBg: "#2a2110", colorWarningBorder: "#5e4a1d",
    colorErrorBg: "#2c1715", colorErrorBorder: "#6b322c", colorInfoBg: "#142131", colorInfoBorder: "#2b4a6e",
    colorPrimaryBg: "#17332e", colorPrimaryBgHover: "#1d423b", colorPrimaryHover: "#4fbfaa",
    controlItemBgActive: "#17332e", controlItemBgActiveHover: "#1d423b",
  },
};

/** Dense enough for 1366×768, calm enough for a working day. Text on every surface has a contrast of 4.5 at least. */
function tokens(isDark: boolean, isCalm: boolean): ThemeConfig {
  return {
    algorithm: isDark ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
    token: {
      colorPrimary: isDark ? "#2fa08c" : "#0a7d6c",
      colorInfo: isDark ? "#64a3e6" : "#2468b2",
      colorSuccess: isDark ? "#5cb878" : "#1a6b31",
      colorWarning: isDark ? "#dba93f" : "#855500",
      colorError: isDark ? "#ec7d75" : "#b92c24",
      colorLink: isDark ? "#4fbfaa" : "#0a6f60",
      colorBgLayout: isDark ? "#101514" : "#f4f6f5",
      colorBgContainer: isDark ? "#171d1c" : "#ffffff",
      ...(isDark ? { colorBgElevated: "#1b2322" } : {}),
      colorTextBase: isDark ? "#e6ecea" : "#182321",
      colorTextDescription: isDark ? "#9aa8a5" : "#5a6764",
      colorTextTertiary: isDark ? "#9aa8a5" : "#5a6764",
      colorTextPlaceholder: isDark ? "#8b9895" : "#66726f",
      ...SURFACES[isDark ? "dark" : "light"],
      borderRadius: 6,
      fontFamily: FONT,
      fontSize: 13,
      controlHeight: 30,
      motion: !isCalm,
      wireframe: false,
    },
    components: {
      Layout: { headerHeight: 48, headerPadding: "0 16px", siderBg: isDark ? "#131918" : "#ffffff", headerBg: isDark ? "#131918" : "#ffffff" },
      Menu: { itemBg: "transparent", itemHeight: 32, itemMarginBlock: 2, activeBarBorderWidth: 0, itemSelectedColor: isDark ? "#7fd6c5" : "#075e51", itemSelectedBg: isDark ? "#17332e" : "#e3f2ef" },
      Table: { cellPaddingBlock: 8, cellPaddingInline: 12, headerBg: isDark ? "#1b2321" : "#f7f9f8" },
      Card: { headerHeight: 42, bodyPadding: 16, headerPadding: 16 },
      Form: { itemMarginBottom: 16 },
      Tabs: isDark ? { itemSelectedColor: "#4fbfaa", inkBarColor: "#4fbfaa" } : {},
      Tag: { fontSizeSM: 12 }, // Chinese is not read well below
      Button: { primaryColor: isDark ? "#04110e" : "#ffffff", dangerColor: isDark ? "#1d0605" : "#ffffff" },
      Typography: { titleMarginBottom: 0, titleMarginTop: 0 },
    },
  };
}

interface Choice {
  look: Look;
  isDark: boolean;
  choose: (look: Look) => void;
}

const LookContext = createContext<Choice>({ look: "system", isDark: false, choose: () => {} });

/** Light or dark, and how to change it. */
export const useLook = () => use(LookContext);

export function Theme({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation();
  const [look, setLook] = useState<Look>(() => (localStorage.getItem(STORED) as Look | null) ?? "system");
  const isDarkWanted = useMedia(darkWanted);
  const isCalm = useMedia(calmWanted);
  const isDark = look === "dark" || (look === "system" && isDarkWanted);
  const config = useMemo(() => tokens(isDark, isCalm), [isDark, isCalm]);
  const choice = useMemo<Choice>(
    () => ({
      look,
      isDark,
      choose: (next) => {
        localStorage.setItem(STORED, next);
        setLook(next);
      },
    }),
    [look, isDark],
  );
  useEffect(() => {
    document.documentElement.dataset.look = isDark ? "dark" : "light";
  }, [isDark]);
  return (
    <LookContext value={choice}>
      <ConfigProvider theme={config} locale={i18n.language === "zh" ? zh : en} csp={{ nonce }} button={{ autoInsertSpace: false }}>
        <App component={false} message={{ maxCount: 3 }}>{children}</App>
      </ConfigProvider>
    </LookContext>
  );
}
