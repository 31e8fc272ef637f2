import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Flex, Form, Input, Modal, Skeleton } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { asProblem } from "@shared/api/problem";
import { ApiButton } from "@shared/ui/api-button";
import { ProblemView } from "@shared/ui/problem-view";
import { useTell } from "@shared/ui/use-tell";
import { EffectTable } from "./effect-table";
import type { Graph } from "./graph-model";
import { type Ask, ask, useScope } from "./scope";
import { useToday } from "./today";
import { NodeText } from "./whose";

const PROBLEMS = { 404: "gone", 409: "conflict", 503: "away" } as const;

/** The identifiers of the graph that a decision names, in one way or another. */
function named({ links, merges }: Graph, { identifiers, link, merge }: Ask["body"]): string[] {
  const found = links.find(({ id }) => id === link);
  return [...identifiers, ...(found ? [found.a, found.b] : []), ...(merges.find(({ id }) => id === merge)?.identifiers ?? [])];
}

interface Props {
  wanted: Ask;
  reveal: boolean;
  onClose: () => void;
}

/** Shows what a decision would do, asks why, and does it. What can be taken back is offered back. */
export function DecisionDialog({ wanted, reveal, onClose }: Props) {
  const { t } = useTranslation("people");
  const tell = useTell();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const { way } = wanted;
  const { graph } = useScope();
  const needsReason = way !== "revoke"; // a decision that is taken back keeps the reason it had
  const word = t("decide.removeWord");
  const preview = useQuery({
    queryKey: ["identity preview", wanted.body, reveal],
    queryFn: async ({ signal }) => (await api.POST("/api/v1/identity/decisions/preview", { body: { ...wanted.body, reason: "" }, params: { query: { reveal } }, signal })).data ?? null,
    staleTime: 0, gcTime: 0, retry: false, refetchOnWindowFocus: false,
  });
  const effect = preview.data ?? undefined;
  const { isLoading, people } = useToday(effect, reveal);
  const problem = refused ?? preview.error;
  const title = problem ? PROBLEMS[asProblem(problem).status as keyof typeof PROBLEMS] : undefined;

  const send = async (body: Ask["body"], why: string) => (await api.POST("/api/v1/identity/decisions", { body: { ...body, reason: why } })).data;
  const undo = async (decision: string) => {
    try {
      await send(ask("revoke", { decision }).body, "");
      tell.done(t("decide.done.revoke"));
    } catch (thrown) {
      tell.failed(thrown, t("decide.undoFailed"));
    }
    await queries.invalidateQueries();
  };
  const decide = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      const done = await send(wanted.body, reason.trim());
      const id = done?.decision?.id;
      onClose();
      tell.done(t(`decide.done.${way}`), id && way !== "remove" && way !== "revoke" ? { undo: () => void undo(id) } : {});
      await queries.invalidateQueries();
    } catch (thrown) {
      setRefused(thrown);
      setBusy(false);
    }
  };
  const again = () => {
    setRefused(undefined);
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "identity today" });
  };

  const isReady = effect !== undefined && !isLoading && !preview.error && (!needsReason || reason.trim() !== "") && (way !== "remove" || typed === word);
  return (
    <Modal
      open
      width={960}
      style={{ top: 32 }}
      title={t(`decide.title.${way}`)}
      okText={t(`decide.action.${way}`)}
      okButtonProps={{ disabled: !isReady, danger: way === "remove", loading: isBusy }}
      onOk={() => void decide()}
      onCancel={onClose}
      mask={{ closable: false }}
      footer={(_, { OkBtn, CancelBtn }) => (
        <Flex justify="space-between" gap={8} wrap>
          <ApiButton method="POST" path="/identity/decisions" body={{ ...wanted.body, reason: reason.trim() }} />
          <Flex gap={8}><CancelBtn /><OkBtn /></Flex>
        </Flex>
      )}
    >
      <Flex vertical gap={12}>
        <Flex gap="4px 16px" wrap>{named(graph, wanted.body).map((id) => <NodeText key={id} id={id} />)}</Flex>
        <span>{t(`decide.lead.${way}`)}</span>
        {problem ? <ProblemView problem={problem} title={title && t(`decide.problem.${title}`)} onRetry={again} /> : null}
        {!preview.error && (effect && !isLoading ? <EffectTable effect={effect} today={people} /> : <Skeleton active title={false} paragraph={{ rows: 6 }} />)}
        <Form layout="vertical" component="div" requiredMark>
          {needsReason && (
            <Form.Item label={t("decide.reason")} required style={{ marginBottom: way === "remove" ? 12 : 0 }}>
              <Input value={reason} maxLength={500} aria-label={t("decide.reason")} aria-required placeholder={t(`decide.example.${way}`)} onChange={(event) => setReason(event.target.value)} />
            </Form.Item>
          )}
          {way === "remove" && (
            <Form.Item label={t("decide.removeType", { text: word })} required style={{ marginBottom: 0 }}>
              <Input value={typed} aria-label={t("decide.removeType", { text: word })} aria-required onChange={(event) => setTyped(event.target.value)} />
            </Form.Item>
          )}
        </Form>
      </Flex>
    </Modal>
  );
}
