import { CloseOutlined } from "@ant-design/icons";
import { Alert, Button, Flex } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { JobProgress } from "@shared/jobs/job-progress";
import { useTell } from "@shared/ui/use-tell";
import type { Choice, Wanted } from "./choice";
import { useWords } from "./use-words";
import { useSet } from "./wire";

/** A change that was made, and the job that carries it to everybody. */
export interface Done {
  item: Choice;
  /** What it was before; nothing where the change was itself an undoing. */
  former: Wanted | undefined;
  jobId: string;
}

interface Props {
  done: Done;
  onDone: (done: Done) => void;
  onClose: () => void;
}

/** What was changed, how far it has come among the people, and the way back. */
export function Outcome({ done, onDone, onClose }: Props) {
  const { t } = useTranslation("identity");
  const words = useWords();
  const tell = useTell();
  const set = useSet();
  const [isBusy, setBusy] = useState(false);
  const [ended, setEnded] = useState<{ jobId: string; state: string }>();
  const state = ended?.jobId === done.jobId ? ended.state : undefined;
  const name = words.trait(done.item);
  const again = async (wanted: Wanted, former: Wanted | undefined) => {
    setBusy(true);
    try {
      const saved = await set(wanted);
      if (saved) onDone({ item: saved.item, former, jobId: saved.job_id });
    } catch (thrown) {
      tell.failed(thrown, t("golden.notSaved"));
    } finally {
      setBusy(false);
    }
  };
  const { former } = done;
  return (
    <Alert
      role="region"
      aria-label={t("golden.outcome.title")}
      type={state === "succeeded" ? "success" : state === "failed" || state === "cancelled" ? "warning" : "info"}
      title={former ? t("golden.outcome.set", { name, choice: words.choice(done.item) }) : t("golden.outcome.undone", { name, choice: words.choice(done.item) })}
      description={
        <Flex vertical gap={4}>
          <span>{t(state === "cancelled" || state === "failed" ? "golden.outcome.stopped" : "golden.outcome.newData")}</span>
          <JobProgress key={done.jobId} jobId={done.jobId} title={t(state === "succeeded" ? "golden.outcome.done" : state === "cancelled" ? "golden.outcome.cancelled" : "golden.outcome.going")} onFinished={(next) => setEnded({ jobId: done.jobId, state: next })} />
        </Flex>
      }
      action={
        <Flex gap={6}>
          {(state === "cancelled" || state === "failed") && <Button size="small" loading={isBusy} onClick={() => void again(done.item, former)}>{t("golden.outcome.goOn")}</Button>}
          {former && <Button size="small" loading={isBusy} onClick={() => void again(former, undefined)}>{t("golden.outcome.undo")}</Button>}
          <Button size="small" type="text" icon={<CloseOutlined />} aria-label={t("golden.close")} onClick={onClose} />
        </Flex>
      }
    />
  );
}
