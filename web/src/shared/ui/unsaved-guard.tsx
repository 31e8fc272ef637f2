import { useBlocker } from "@tanstack/react-router";
import { Button, Modal } from "antd";
import { useTranslation } from "react-i18next";

interface Props {
  /** Whether something would be lost. */
  isDirty: boolean;
}

/** Asks before leaving a page with changes that were not saved. */
export function UnsavedGuard({ isDirty }: Props) {
  const { t } = useTranslation();
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => isDirty,
    withResolver: true,
  });
  return (
    <Modal
      open={status === "blocked"}
      title={t("unsaved.title")}
      onCancel={reset}
      footer={[
        <Button key="leave" danger onClick={proceed}>{t("unsaved.leave")}</Button>,
        <Button key="stay" type="primary" onClick={reset}>{t("unsaved.stay")}</Button>,
      ]}
    >
      {t("unsaved.text")}
    </Modal>
  );
}
