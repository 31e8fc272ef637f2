import { Alert, Button, Drawer, Flex, Skeleton, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@shared/session";
import { useConfirm } from "@shared/ui/confirm";
import { EmptyState } from "@shared/ui/empty-state";
import { UnsavedGuard } from "@shared/ui/unsaved-guard";
import { useTell } from "@shared/ui/use-tell";
import { type Choice, DEFAULT, type Wanted, isAlike, isWhole, wantedOf } from "./choice";
import type { Done } from "./outcome";
import { Preview } from "./preview";
import { SourceOrder } from "./source-order";
import { StrategyList } from "./strategy-list";
import { useOffered, useWords } from "./use-words";
import { useSet } from "./wire";

interface Props {
  /** Which trait is open, if any. */
  trait: string | undefined;
  /** How it is chosen, once that is known. */
  choice: Choice | undefined;
  isLoaded: boolean;
  onClose: () => void;
  onDone: (done: Done) => void;
}

/** How one trait is chosen: tried on some people before it is changed for everybody. */
export function ChoiceDrawer({ trait, choice, isLoaded, onClose, onDone }: Props) {
  const { t } = useTranslation("identity");
  const words = useWords();
  const confirm = useConfirm();
  const tell = useTell();
  const set = useSet();
  const mayWrite = useMay("identity:write");
  const offered = useOffered();
  const [draft, setDraft] = useState<Wanted>();
  const [isSaving, setSaving] = useState(false);
  const wanted = draft ?? choice;
  const isChanged = choice !== undefined && wanted !== undefined && !isAlike(wanted, choice);

  // Whoever begins with an order of sources finds all of them, to be put in order.
  const choose = (strategy: Wanted["strategy"]) => {
    if (!wanted) return;
    const sources = strategy === "source_priority" && wanted.sources.length === 0 ? offered.map((source) => source.id) : wanted.sources;
    setDraft({ trait: wanted.trait, strategy, sources });
  };
  const close = () => {
    if (!isChanged || !mayWrite) return onClose();
    confirm({ title: t("golden.discardTitle"), impact: t("golden.discardText"), action: t("golden.discard"), onConfirm: async () => onClose() });
  };
  const save = async () => {
    if (!choice || !wanted) return;
    setSaving(true);
    try {
      const saved = await set(wanted);
      if (!saved) return;
      onDone({ item: saved.item, former: wantedOf(choice), jobId: saved.job_id });
      onClose();
    } catch (thrown) {
      tell.failed(thrown, t("golden.notSaved"));
    } finally {
      setSaving(false);
    }
  };
  const why = !mayWrite ? t("golden.mayNot") : !isChanged ? t("golden.unchanged") : wanted && !isWhole(wanted) ? t("golden.order.none") : undefined;
  return (
    <Drawer
      open={trait !== undefined}
      onClose={close}
      size={1000}
      destroyOnHidden
      title={choice ? <>{t("golden.title", { name: words.trait(choice) })} {choice.label && <Typography.Text type="secondary" className="mono" style={{ fontSize: 12 }}>{choice.trait}</Typography.Text>}</> : trait}
      footer={choice && (
        <Flex justify="space-between" align="center">
          {!choice.is_default && wanted?.strategy !== DEFAULT ? <Button type="link" style={{ padding: 0 }} onClick={() => choose(DEFAULT)}>{t("golden.toDefault")}</Button> : <span />}
          <Flex gap={8}>
            <Button onClick={close}>{t("golden.close")}</Button>
            <Tooltip title={why}>
              <Button type="primary" loading={isSaving} disabled={why !== undefined} onClick={() => void save()}>{t("golden.save")}</Button>
            </Tooltip>
          </Flex>
        </Flex>
      )}
    >
      <UnsavedGuard isDirty={isChanged && mayWrite && !isSaving} />
      {!choice || !wanted ? (
        isLoaded ? <EmptyState title={t("golden.empty.gone")} hint={t("golden.emptyHint.gone")} action={<Button onClick={onClose}>{t("golden.close")}</Button>} /> : <Skeleton active paragraph={{ rows: 8 }} />
      ) : (
        <div className="identity-golden">
          <Flex vertical gap={12}>
            {!mayWrite && <Alert type="info" showIcon title={t("golden.mayNot")} />}
            <StrategyList value={wanted.strategy} current={choice.strategy} onChange={choose} />
          </Flex>
          <Flex vertical gap={16}>
            {wanted.strategy === "source_priority" && <SourceOrder ids={wanted.sources} onChange={(sources) => setDraft({ ...wantedOf(wanted), sources })} />}
            {wanted.strategy === "never" && choice.strategy !== "never" && <Alert type="warning" showIcon title={t("golden.neverHint")} />}
            <Preview wanted={wanted} isChanged={isChanged} />
          </Flex>
        </div>
      )}
    </Drawer>
  );
}
