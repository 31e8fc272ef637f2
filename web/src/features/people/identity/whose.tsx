import { Flex, Typography, theme } from "antd";
import { useTranslation } from "react-i18next";
import { useNames } from "@shared/names";
import { Status, type Tone } from "@shared/ui/status";
import { type Node, isShared, whoseIs } from "./graph-model";
import { useNode, useScope } from "./scope";
import { iconOf } from "./signs";

/** Identifiers in words. */
export function useWhose() {
  const { t } = useTranslation("people");
  return {
    value: (node: Pick<Node, "value" | "is_removed">) => (node.is_removed ? t("whose.removedValue") : node.value),
    /** Nothing for one that is the person's and nothing else. */
    note: (node: Node) => {
      if (node.is_over_cap) return t("whose.overCap", { claims: node.claims });
      if (node.is_shared) return t("whose.shared");
      if (node.is_blocked) return t("whose.blocked");
      const whose = whoseIs(node);
      return whose === "own" ? "" : t(`whose.${whose}`);
    },
  };
}

const TONES: Record<ReturnType<typeof whoseIs>, Tone> = { own: "good", other: "neutral", nobody: "neutral", removed: "bad" };

/** Whose an identifier is, and what is odd about it. */
export function Whose({ node }: { node: Node }) {
  const { t } = useTranslation("people");
  const { note } = useWhose();
  const isOdd = isShared(node) || node.is_blocked;
  return (
    <Flex gap={4} wrap>
      <Status tone={TONES[whoseIs(node)]}>{t(`whose.${whoseIs(node)}`)}</Status>
      {isOdd && <Status tone="warning">{note(node)}</Status>}
    </Flex>
  );
}

/** An identifier by its sign, type and value. */
export function NodeText({ id }: { id: string }) {
  const node = useNode()(id);
  const names = useNames();
  const { value } = useWhose();
  return node ? <span>{iconOf(node.type)} <Typography.Text type="secondary">{names.identifier(node.type)}</Typography.Text> <strong>{value(node)}</strong></span> : null;
}

/** An identifier with its sign and type; choosing it shows everything about it. */
export function NodeName({ id }: { id: string }) {
  const node = useNode()(id);
  const { choose } = useScope();
  const { t } = useTranslation("people");
  const { token } = theme.useToken();
  const names = useNames();
  const { value } = useWhose();
  if (!node) return <Typography.Text type="secondary">{t("whose.unknown")}</Typography.Text>;
  const type = names.identifier(node.type);
  return (
    <button
      type="button" aria-label={t("whose.open", { type, value: value(node) })} onClick={() => choose(id)}
      style={{ padding: 0, border: 0, background: "none", font: "inherit", cursor: "pointer", textAlign: "start", color: token.colorLink }}
    >
      {iconOf(node.type)} <Typography.Text type="secondary">{type}</Typography.Text> <strong>{value(node)}</strong>
    </button>
  );
}
