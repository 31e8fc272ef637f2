import { Button, Flex, InputNumber, Modal, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { ProblemView } from "@shared/ui/problem-view";
import { useTell } from "@shared/ui/use-tell";

const MOST = 200;

/** Says of all pairs from a probability on that they are one person. */
export function BulkButton({ least, onDone }: { least: number; onDone: (ids: string[]) => void }) {
  const { t } = useTranslation("identity");
  const tell = useTell();
  const formats = useFormats();
  const [isOpen, setOpen] = useState(false);
  const [share, setShare] = useState(99);
  const [problem, setProblem] = useState<unknown>(null);
  const [isSending, setSending] = useState(false);
  const query = hooks.useQuery("get", "/api/v1/identity/matching/pairs", { params: { query: { status: "open", min_probability: share / 100, limit: MOST } } }, { enabled: isOpen });
  // What speaks against them is for somebody to look at.
  const sure = (query.data?.items ?? []).filter((pair) => pair.reason === "sure" || pair.reason === "unsure");
  const left = (query.data?.items.length ?? 0) - sure.length;
  const accept = async () => {
    setSending(true);
    setProblem(null);
    try {
      const { data } = await api.POST("/api/v1/identity/matching/pairs/decisions", { body: { items: sure.map((pair) => ({ id: pair.id, verdict: "same" as const, reason: "" })) } });
      const done = (data?.items ?? []).filter((each) => each.status !== null).map((each) => each.id);
      setOpen(false);
      tell.done(t("review.bulkDone", { count: done.length }));
      onDone(done);
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setSending(false);
    }
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("review.bulk")}</Button>
      <Modal
        open={isOpen}
        destroyOnHidden
        title={t("review.bulkTitle")}
        okText={t("review.bulkAction", { count: sure.length })}
        okButtonProps={{ disabled: sure.length === 0 || query.isFetching, loading: isSending }}
        onOk={() => void accept()}
        onCancel={() => setOpen(false)}
      >
        <Flex vertical gap={10}>
          <Flex gap={8} align="center">
            <span>{t("review.bulkFrom")}</span>
            <InputNumber aria-label={t("review.bulkFrom")} min={Math.ceil(least * 100)} max={100} step={0.5} value={share} suffix="%" style={{ width: 120 }} onChange={(next) => next !== null && setShare(next)} />
          </Flex>
          <span aria-live="polite">{t("review.bulkImpact", { count: sure.length, number: formats.number(sure.length) })} {left > 0 && t("review.bulkLeft", { count: left })} {query.data?.next_cursor && t("review.bulkMost", { count: MOST })}</span>
          <Typography.Text type="secondary">{t("review.bulkUndo")}</Typography.Text>
          {problem ? <ProblemView problem={problem} /> : null}
        </Flex>
      </Modal>
    </>
  );
}
