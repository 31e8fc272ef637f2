import { App, Button, Flex } from "antd";
import { useTranslation } from "react-i18next";
import { ProblemView } from "./problem-view";

/** Says what came of an action: `tell.done("Saved", { undo })`, `tell.failed(problem)`. */
export function useTell() {
  const { message, notification } = App.useApp();
  const { t } = useTranslation();
  return {
    done: (text: string, options: { undo?: () => void } = {}) => {
      const key = `${Date.now()}`;
      const { undo } = options;
      message.open({
        key,
        type: "success",
        duration: undo ? 8 : 3,
        content: (
          <Flex component="span" gap={8} align="center" style={{ display: "inline-flex" }}>
            {text}
            {undo && (
              <Button type="link" size="small" onClick={() => { message.destroy(key); undo(); }}>{t("action.undo")}</Button>
            )}
          </Flex>
        ),
      });
    },
    failed: (problem: unknown, title?: string) => {
      notification.open({ title: null, description: <ProblemView problem={problem} title={title} />, duration: 0, role: "alert", placement: "topRight" });
    },
  };
}
