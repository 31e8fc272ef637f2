import { useTranslation } from "react-i18next";

const EVENTS = ["page", "screen", "identify", "group", "alias"] as const;
const IDENTIFIERS = ["user_id", "anonymous_id", "email", "phone", "wechat_unionid", "wechat_openid", "device_id", "member_no"] as const;

const isOne = <Names extends readonly string[]>(names: Names, name: string): name is Names[number] => names.includes(name);

/** What people call the things that the API names: reserved events, and types of identifier. Others keep their own names. */
export function useNames() {
  const { t } = useTranslation();
  const event = (name: string) => {
    const reserved = name.slice(1);
    return name.startsWith("$") && isOne(EVENTS, reserved) ? t(`name.event.${reserved}`) : name;
  };
  return {
    event,
    /** The same for an event that may have come without a name: then there is perhaps the call that brought it, such as `track`. */
    received: (name: string | null | undefined, call: string | null | undefined) => {
      if (name && name !== call) return event(name);
      if (!call || call === "track") return t("name.event.none");
      return isOne(EVENTS, call) ? t(`name.event.${call}`) : call;
    },
    /** Somebody of whom nothing is known. */
    anonymous: t("people.anonymous"),
    identifier: (type: string) => {
      const [name = ""] = type.split(":");
      return isOne(IDENTIFIERS, name) ? t(`name.identifier.${name}`) : type;
    },
  };
}
