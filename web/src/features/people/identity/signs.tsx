import { GlobalOutlined, IdcardOutlined, MailOutlined, MobileOutlined, PhoneOutlined, TagOutlined, UserOutlined, WechatOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";

type Sign = "user" | "mail" | "phone" | "browser" | "device" | "card" | "chat" | "other";

const SIGNS: Record<string, Sign> = {
  user_id: "user", email: "mail", phone: "phone", anonymous_id: "browser", device_id: "device", idfa: "device", idfv: "device", gaid: "device", oaid: "device", imei: "device",
  member_no: "card", wechat_openid: "chat", wechat_unionid: "chat",
};

/** Which sign a type of identifier has: `wechat_openid:app` has that of `wechat_openid`. */
export const signOf = (type: string): Sign => SIGNS[type.split(":")[0] ?? ""] ?? "other";

const ICONS: Record<Sign, ReactNode> = {
  user: <UserOutlined />, mail: <MailOutlined />, phone: <PhoneOutlined />, browser: <GlobalOutlined />, device: <MobileOutlined />, card: <IdcardOutlined />,
  chat: <WechatOutlined />, other: <TagOutlined />,
};

export const iconOf = (type: string): ReactNode => ICONS[signOf(type)];

// The same for the drawing, which takes outlines only.
const OUTLINES: Record<Sign, string> = {
  user: "M12 2a5 5 0 1 0 .01 0z M3 22c0-5 4-8 9-8s9 3 9 8z",
  mail: "M2 5h20l-10 7.500z M2 7.500v11.500h20v-11.500l-10 7.500z",
  phone: "M4 2h4l2 6-3 2c1 3 4 6 7 7l2-3 6 2v4c0 1-1 2-2 2C10 22 2 14 2 4c0-1 1-2 2-2z",
  browser: "M2 4h20v4H2z M2 9.500h20v11H2z",
  device: "M6 1h12v16H6z M6 18.500h12v4.500H6z",
  card: "M2 4h20v3.500H2z M2 9h9v11H2z M12.500 9h9.500v4.500h-9.500z M12.500 15.500h9.500v4.500h-9.500z",
  chat: "M9 2a8 6.500 0 1 0 .01 0z M17 10a6 5.500 0 1 0 .01 0z",
  other: "M12 1l11 11-11 11L1 12z",
};

export const outlineOf = (type: string): string => `path://${OUTLINES[signOf(type)]}`;
