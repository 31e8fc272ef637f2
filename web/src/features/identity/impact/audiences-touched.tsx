import { Link } from "@tanstack/react-router";
import { Table } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { Panel } from "@shared/ui/panel";

/** Which audiences would lose members, or have to be computed anew for some. */
export function AudiencesTouched({ audiences }: { audiences: Schema<"IdentityAudienceTouched">[] }) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  return (
    <Panel flush title={t("touched.title")}>
      <Table
        size="small"
        pagination={false}
        rowKey="audience_id"
        dataSource={audiences}
        columns={[
          { title: t("touched.audience"), key: "name", render: (_, row) => <Link to="/audiences/$audienceId" params={{ audienceId: row.audience_id }}>{row.name || row.audience_id}</Link> },
          { title: t("touched.size"), key: "size", align: "right", className: "numeric", render: (_, row) => formats.number(row.size) },
          { title: t("touched.merged"), key: "merged", align: "right", className: "numeric", render: (_, row) => formats.number(row.merged_away) },
          { title: t("touched.change"), key: "change", align: "right", className: "numeric", render: (_, row) => formats.number(row.may_change) },
        ]}
      />
    </Panel>
  );
}
