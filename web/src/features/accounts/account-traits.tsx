import { Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { showValue } from "@shared/format/value";
import { EmptyState } from "@shared/ui/empty-state";
import { otherTraits } from "./values";

/** What events said of an account, besides its name and kind. */
export function AccountTraits({ traits }: { traits: Record<string, unknown> }) {
  const { t } = useTranslation("accounts");
  return (
    <Table
      size="small"
      rowKey="name"
      pagination={false}
      dataSource={otherTraits(traits).map(([name, value]) => ({ name, value }))}
      locale={{ emptyText: <EmptyState title={t("traits.none")} hint={t("traits.noneHint")} /> }}
      columns={[
        { title: t("traits.name"), key: "name", dataIndex: "name", width: 140 },
        { title: t("traits.value"), key: "value", render: (_, { value }) => <Typography.Text strong style={{ overflowWrap: "anywhere" }}>{showValue(value)}</Typography.Text> },
      ]}
    />
  );
}
