import { useTranslation } from "react-i18next";

const EVENTS = ["page", "screen", "identify", "group", "alias"] as const;
const IDENTIFIERS = ["user_id", "anonymous_id", "email", "phone", "wechat_unionid", "wechat_openid", "device_id", "member_no"] as const;

const isOne = <Names extends readonly string[]>(names: Names, name: string): name is Names[number] => names.includes(name);

/** What people call the things that the API names: reserved events, and types of identifier. Others keep their own names. */
export function useNames() {
  const { t } = useTranslation();
  return {
    event: (event: string) => {
      const name = event.slice(1);
      return event.startsWith("$") && isOne(EVENTS, name) ? t(`name.event.${name}`) : event;
    },
    identifier: (type: string) => {
      const [name = ""] = type.split(":");
      return isOne(IDENTIFIERS, name) ? t(`name.identifier.${name}`) : type;
    },
  };
}
