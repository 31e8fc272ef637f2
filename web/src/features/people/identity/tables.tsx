import { Button, Flex, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { Status } from "@shared/ui/status";
import { Moment } from "@shared/ui/time";
import { useSourceName } from "../traits";
import type { Node, Strand } from "./graph-model";
import { useScope } from "./scope";
import { NodeName, Whose } from "./whose";

const PAGE = 20;
const paged = (rows: unknown[]) => (rows.length > PAGE ? { pageSize: PAGE, showSizeChanger: false, size: "small" as const } : false);

/** The graph for those who cannot see it, or have too many identifiers for a drawing. */
export function Tables({ nodes, strands }: { nodes: Node[]; strands: Strand[] }) {
  const { t } = useTranslation("people");
  const formats = useFormats();
  const sourceName = useSourceName();
  const { choose } = useScope();
  return (
    <Flex vertical gap={16}>
      <section aria-label={t("table.identifiers")}>
        <Typography.Title level={3} style={{ fontSize: 13, margin: "0 0 6px" }}>{t("table.identifiers")}</Typography.Title>
        <Table<Node>
          size="small" rowKey="id" dataSource={nodes} pagination={paged(nodes)}
          columns={[
            { title: t("table.identifier"), key: "name", render: (_, row) => <NodeName id={row.id} /> },
            { title: t("node.whose"), key: "whose", width: 190, render: (_, row) => <Whose node={row} /> },
            { title: t("node.claims"), key: "claims", width: 92, align: "end", render: (_, row) => (row.cap === null ? formats.number(row.claims) : t("table.claims", { claims: formats.number(row.claims), cap: formats.number(row.cap) })) },
            { title: t("node.firstSeen"), key: "first", width: 152, render: (_, row) => <><Moment at={row.first_seen} /><Typography.Text type="secondary" style={{ display: "block" }}>{sourceName(row.source_id)}</Typography.Text></> },
          ]}
        />
      </section>
      <section aria-label={t("table.links")}>
        <Typography.Title level={3} style={{ fontSize: 13, margin: "0 0 6px" }}>{t("table.links")}</Typography.Title>
        <Table<Strand>
          size="small" rowKey="id" dataSource={strands} pagination={paged(strands)} locale={{ emptyText: t("table.noLinks") }}
          columns={[
            { title: t("table.pair"), key: "pair", render: (_, row) => <><NodeName id={row.a} /> <span style={{ whiteSpace: "nowrap" }}>{row.isLinked ? "=" : "≠"}</span> <NodeName id={row.b} /></> },
            {
              title: t("table.reason"), key: "reason",
              render: (_, row) => (
                <>
                  <Status tone={row.isLinked ? "good" : "neutral"}>{t(row.isLinked ? "link.linked" : "link.refused")}</Status>
                  <Typography.Text type="secondary" style={{ display: "block" }}>{row.links[0]?.reason}</Typography.Text>
                </>
              ),
            },
            { title: t("link.at"), key: "at", width: 152, render: (_, row) => <><Moment at={row.links[0]?.at} /><Typography.Text type="secondary" style={{ display: "block" }}>{sourceName(row.links[0]?.source_id ?? "")}</Typography.Text></> },
            { title: <span className="visually-hidden">{t("side.details")}</span>, key: "why", width: 70, render: (_, row) => <Button size="small" type="link" onClick={() => choose(row.id)}>{t("link.why")}</Button> },
          ]}
        />
      </section>
    </Flex>
  );
}
