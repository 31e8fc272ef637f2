import { Button, Flex, Segmented, Skeleton, Typography } from "antd";
import { Suspense, lazy, useState } from "react";
import { useTranslation } from "react-i18next";
import { doubledName, isJsonObject, jsonFault, layOut } from "../model/json-text";
import { DiffView } from "./diff-view";

const JsonEditor = lazy(() => import("./json-editor"));

interface Props {
  raw: string;
  isSending: boolean;
  onDirty: (isDirty: boolean) => void;
  onCancel: () => void;
  onSend: (text: string) => void;
}

/** The event as it should have been: written here, compared with what came, and sent. */
export function Correction({ raw, isSending, onDirty, onCancel, onSend }: Props) {
  const { t } = useTranslation("events");
  const [first] = useState(() => layOut(raw));
  const [text, setText] = useState(first);
  const [view, setView] = useState<"edit" | "diff">("edit");
  const fault = jsonFault(text);
  const isObject = isJsonObject(text);
  const doubled = fault ? null : doubledName(text);
  const isSame = text === first;
  const change = (next: string) => {
    setText(next);
    onDirty(next !== first);
  };
  return (
    <section aria-label={t("correct.title")}>
      <Flex justify="space-between" align="center" style={{ marginBottom: 6 }}>
        <Typography.Text strong>{t("correct.title")}</Typography.Text>
        <Segmented
          size="small"
          value={view}
          aria-label={t("correct.view")}
          options={[{ value: "edit", label: t("correct.edit") }, { value: "diff", label: t("correct.diff") }]}
          onChange={setView}
        />
      </Flex>
      {view === "edit" ? (
        <Suspense fallback={<Skeleton active title={false} paragraph={{ rows: 8 }} />}>
          <JsonEditor value={text} onChange={change} label={t("correct.title")} />
        </Suspense>
      ) : (
        <DiffView before={first} after={text} />
      )}
      <Flex justify="space-between" align="center" gap={12} wrap style={{ marginTop: 8 }}>
        <div aria-live="polite">
          {fault ? (
            <Typography.Text type="danger">{t("correct.fault", { line: fault.line, column: fault.column })}</Typography.Text>
          ) : !isObject ? (
            <Typography.Text type="danger">{t("correct.noObject")}</Typography.Text>
          ) : doubled ? (
            <Typography.Text type="warning">{t("correct.doubled", { name: doubled.name, line: doubled.line })}</Typography.Text>
          ) : (
            <Typography.Text type="secondary">{t(isSame ? "correct.same" : "correct.valid")}</Typography.Text>
          )}
        </div>
        <Flex gap={8}>
          <Button onClick={onCancel}>{t("correct.cancel")}</Button>
          <Button type="primary" disabled={!isObject || isSame} loading={isSending} onClick={() => onSend(text)}>{t("correct.send")}</Button>
        </Flex>
      </Flex>
    </section>
  );
}
