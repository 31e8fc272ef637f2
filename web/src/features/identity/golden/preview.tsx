import { Alert, Flex, Spin, Table, Typography } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { PersonLink } from "@shared/people/person-link";
import { nameOf } from "@shared/people/person-words";
import { ProblemView } from "@shared/ui/problem-view";
import { type Wanted, isWhole, valueText } from "./choice";
import { usePreview } from "./wire";

type Example = Schema<"ChoiceExample">;

/** Whose value would be another one, among some people, while nothing is changed yet. */
export function Preview({ wanted, isChanged }: { wanted: Wanted; isChanged: boolean }) {
  const { t } = useTranslation("identity");
  const title = useId();
  const { query, isBusy } = usePreview(wanted, isChanged && isWhole(wanted));
  const { data } = query;
  return (
    <section aria-labelledby={title}>
      <Typography.Text strong id={title} style={{ display: "block", marginBottom: 4 }}>{t("golden.preview.title")}</Typography.Text>
      {!isChanged ? (
        <Typography.Text type="secondary">{t("golden.preview.same")}</Typography.Text>
      ) : !isWhole(wanted) ? (
        <Typography.Text type="secondary">{t("golden.order.none")}</Typography.Text>
      ) : query.error && !isBusy ? (
        <ProblemView problem={query.error} title={t("golden.preview.failed")} onRetry={() => void query.refetch()} />
      ) : (
        <Spin spinning={isBusy}>
          <div aria-live="polite" aria-busy={isBusy} style={{ minHeight: 72 }}>{data && <Found preview={data} />}</div>
        </Spin>
      )}
    </section>
  );
}

function Found({ preview }: { preview: Schema<"ChoicePreview"> }) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  if (preview.people === 0) return <Alert type="info" showIcon title={t("golden.preview.nobody")} />;
  return (
    <Flex vertical gap={8}>
      <Alert
        type={preview.changed ? "warning" : "success"}
        showIcon
        title={preview.changed ? t("golden.preview.changed", { count: preview.people, changed: formats.number(preview.changed), people: formats.number(preview.people) }) : t("golden.preview.none", { count: preview.people, people: formats.number(preview.people) })}
        description={<span style={{ fontSize: 12 }}>{t("golden.preview.sample")}</span>}
      />
      {preview.examples.length > 0 && (
        <Table<Example>
          size="small"
          tableLayout="fixed"
          pagination={false}
          rowKey={(row) => row.person.id}
          dataSource={preview.examples}
          columns={[
            { title: t("golden.preview.person"), key: "person", width: "36%", ellipsis: true, render: (_, row) => <PersonLink id={row.person.id} label={nameOf(row.person)} target="_blank" /> },
            { title: t("golden.preview.before"), key: "before", render: (_, row) => <Value value={row.before} /> },
            { title: t("golden.preview.after"), key: "after", render: (_, row) => <Value value={row.after} isNew /> },
          ]}
        />
      )}
    </Flex>
  );
}

function Value({ value, isNew }: { value: unknown; isNew?: boolean }) {
  const { t } = useTranslation("identity");
  const text = valueText(value);
  if (text === null || text === "") return <Typography.Text type="secondary">{t("golden.preview.nothing")}</Typography.Text>;
  // One value and a list of one are not the same.
  const shown = Array.isArray(value) ? t("golden.preview.list", { values: text }) : text;
  return <Typography.Text strong={isNew} ellipsis={{ tooltip: shown }}>{shown}</Typography.Text>;
}
