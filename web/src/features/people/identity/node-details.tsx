import { Descriptions, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { useNames } from "@shared/names";
import { PersonLink } from "@shared/people/person-link";
import { CopyButton } from "@shared/ui/copy-button";
import { Moment } from "@shared/ui/time";
import { useSourceName } from "../traits";
import { DecideButton } from "./decide-button";
import { type Node, strandsOf, whoseIs } from "./graph-model";
import { ask, useScope } from "./scope";
import { iconOf } from "./signs";
import { LinkLine } from "./strand-details";
import { Whose, useWhose } from "./whose";

/** Everything about one identifier, and what can be decided about it. */
export function NodeDetails({ node }: { node: Node }) {
  const { t } = useTranslation("people");
  const formats = useFormats();
  const names = useNames();
  const sourceName = useSourceName();
  const { graph, profileId, choose } = useScope();
  const { value } = useWhose();
  const strands = strandsOf(graph.links).filter(({ a, b }) => a === node.id || b === node.id);
  const whose = whoseIs(node);
  const own = graph.nodes.filter((each) => whoseIs(each) === "own");
  // Of what it was seen with, the first that is the person's.
  const nearest = strands.flatMap(({ a, b }) => [a, b]).find((id) => own.some((each) => each.id === id)) ?? own[0]?.id;
  const items = [
    { key: "whose", label: t("node.whose"), children: <><Whose node={node} />{whose === "other" && node.profile_id && <div><PersonLink id={node.profile_id} /></div>}</> },
    { key: "first", label: t("node.firstSeen"), children: <Moment at={node.first_seen} seconds /> },
    {
      key: "led", label: t("node.led"),
      children: node.led_since ? <><Moment at={node.led_since} /> – <Moment at={node.led_until} /></> : t("node.ledNone"),
    },
    { key: "source", label: t("node.source"), children: sourceName(node.source_id) || "–" },
    {
      key: "claims", label: t("node.claims"),
      children: node.cap === null ? t("node.claimsFree", { claims: formats.number(node.claims) }) : t("node.claimsOf", { claims: formats.number(node.claims), cap: formats.number(node.cap) }),
    },
    { key: "kind", label: t("node.kind"), children: t(node.is_shared ? "node.isShared" : node.is_unique ? "node.isUnique" : "node.isMany") },
  ];
  return (
    <Flex vertical gap={12}>
      <div style={{ fontSize: 15 }}>
        {iconOf(node.type)} <Typography.Text type="secondary">{names.identifier(node.type)}</Typography.Text> <Typography.Text strong>{value(node)}</Typography.Text>
        {!node.is_removed && <CopyButton text={node.value} />}
      </div>
      <Descriptions size="small" column={1} items={items} styles={{ label: { width: 104 } }} />
      {!node.is_removed && (
        <Flex gap={8} wrap>
          {whose === "own" && (
            <DecideButton size="small" wanted={ask("leave", { profiles: [profileId], identifiers: [node.id] })} disabled={own.length < 2} why={own.length < 2 ? t("node.only") : undefined}>
              {t("decide.action.leave")}
            </DecideButton>
          )}
          {whose !== "own" && nearest && <DecideButton size="small" wanted={ask("join", { identifiers: [nearest, node.id] })}>{t(whose === "other" ? "decide.action.join" : "decide.action.belongs")}</DecideButton>}
          <DecideButton size="small" danger wanted={ask("remove", { identifiers: [node.id] })}>{t("decide.action.remove")}</DecideButton>
        </Flex>
      )}
      <section>
        <Typography.Title level={3} style={{ fontSize: 13, margin: "0 0 6px" }}>{t("node.links", { count: strands.length })}</Typography.Title>
        <Flex vertical gap={8}>
          {strands.map((strand) => <LinkLine key={strand.id} strand={strand} from={node.id} onChoose={() => choose(strand.id)} />)}
        </Flex>
      </section>
    </Flex>
  );
}
