import { Flex, Switch, Typography } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ownStore } from "@shared/session/browser-store";

const PLACE = "identity.keys";
const TYPED_INTO = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], [role=combobox], [role=dialog], [role=menu]";
const PRESSED_ITSELF = "button, a, summary, [role=tab], [role=switch], [role=checkbox], input";

/** Which key does what. Names as in `KeyboardEvent.key`, letters small. */
export type Keys = Partial<Record<string, () => void>>;

/** Single keys for the whole screen, unless somebody types or a dialog is open. They can be turned off: some people speak to their computer. */
export function useKeys(keys: Keys): { isOn: boolean; turn: (isOn: boolean) => void } {
  const [isOn, setOn] = useState(() => ownStore.readJson(PLACE, true));
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!isOn) return;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const at = event.target instanceof Element ? event.target : null;
      if (at?.closest(TYPED_INTO) || document.querySelector(".ant-modal-wrap:not([style*='display: none']) .ant-modal, .ant-drawer-open")) return;
      if ((event.key === "Enter" || event.key === " " || event.key.startsWith("Arrow")) && at?.closest(PRESSED_ITSELF)) return;
      const action = latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [isOn]);
  const turn = (next: boolean) => {
    ownStore.write(PLACE, JSON.stringify(next));
    setOn(next);
  };
  return { isOn, turn };
}

interface Props {
  keys: { keys: string[]; does: string }[];
  isOn: boolean;
  onTurn: (isOn: boolean) => void;
}

/** All keys of the screen, always shown. */
export function KeyHints({ keys, isOn, onTurn }: Props) {
  const { t } = useTranslation("identity");
  return (
    <Flex gap={14} align="center" wrap className="identity-keys" role="note" aria-label={t("keys.title")}>
      <Switch size="small" checked={isOn} aria-label={t("keys.title")} onChange={onTurn} />
      {isOn ? (
        keys.map(({ keys: names, does }) => (
          <span key={does}>
            {names.map((name) => <kbd key={name}>{name}</kbd>)} {does}
          </span>
        ))
      ) : (
        <Typography.Text type="secondary">{t("keys.off")}</Typography.Text>
      )}
    </Flex>
  );
}
