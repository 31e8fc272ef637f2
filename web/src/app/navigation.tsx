import {
  AimOutlined, ApiOutlined, ApartmentOutlined, BankOutlined, DashboardOutlined, SendOutlined, SettingOutlined, TagsOutlined, TeamOutlined, ThunderboltOutlined, WarningOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";

interface Place {
  /** Key of its name in the texts, and of its place in the menu. */
  key: "overview" | "sources" | "events" | "quarantine" | "people" | "accounts" | "identity" | "tags" | "audiences" | "campaigns" | "settings";
  to: string;
  icon: ReactNode;
  /** Who may not do this does not see it. */
  scope?: string;
}

interface Group {
  key: "data" | "select" | "engage" | "manage" | null;
  places: Place[];
}

/** The menu. Later capabilities find their group here. */
export const NAVIGATION: Group[] = [
  { key: null, places: [{ key: "overview", to: "/", icon: <DashboardOutlined /> }] },
  {
    key: "data",
    places: [
      { key: "sources", to: "/sources", icon: <ApiOutlined />, scope: "sources:read" },
      { key: "events", to: "/events", icon: <ThunderboltOutlined />, scope: "events:read" },
      { key: "quarantine", to: "/quarantine", icon: <WarningOutlined />, scope: "quarantine:read" },
    ],
  },
  {
    key: "select",
    places: [
      { key: "people", to: "/people", icon: <TeamOutlined />, scope: "profiles:read" },
      { key: "accounts", to: "/accounts", icon: <BankOutlined />, scope: "profiles:read" },
      { key: "identity", to: "/identity", icon: <ApartmentOutlined />, scope: "identity:read" },
      { key: "tags", to: "/tags", icon: <TagsOutlined />, scope: "tags:read" },
      { key: "audiences", to: "/audiences", icon: <AimOutlined />, scope: "audiences:read" },
    ],
  },
  { key: "engage", places: [{ key: "campaigns", to: "/campaigns", icon: <SendOutlined />, scope: "campaigns:read" }] },
  { key: "manage", places: [{ key: "settings", to: "/settings", icon: <SettingOutlined /> }] },
];
