import { App, Form, Input, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Question {
  title: string;
  /** What will happen, and what will not. */
  impact: ReactNode;
  action: string;
  /** To be typed before it can go on: for what cannot be undone. */
  typed?: string;
  /** For what does no harm but is worth a second thought. */
  isSafe?: boolean;
  onConfirm: () => Promise<unknown>;
}

/** Asks before something with consequences: `const confirm = useConfirm(); confirm({…})`. */
export function useConfirm(): (question: Question) => void {
  const { modal } = App.useApp();
  const { t } = useTranslation();
  return ({ title, impact, action, typed, isSafe, onConfirm }) => {
    const update = (text: string) => dialog.update({ okButtonProps: { danger: !isSafe, disabled: typed !== undefined && text !== typed } });
    const dialog = modal.confirm({
      title,
      icon: null,
      width: 480,
      content: (
        <>
          <Typography.Paragraph>{impact}</Typography.Paragraph>
          {typed !== undefined && (
            <Form.Item layout="vertical" label={t("confirm.type", { text: typed })}>
              <Input autoFocus aria-label={t("confirm.type", { text: typed })} onChange={(event) => update(event.target.value)} />
            </Form.Item>
          )}
        </>
      ),
      okText: action,
      cancelText: t("action.cancel"),
      okButtonProps: { danger: !isSafe, disabled: typed !== undefined },
      onOk: onConfirm,
    });
  };
}
