import { ExperimentOutlined, UploadOutlined } from "@ant-design/icons";
import { Button, Flex, Input, Segmented, Table, Typography, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { CodeBlock } from "@shared/ui/code-block";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { EXAMPLE_MAPPING, EXAMPLE_ROWS } from "./example";
import { readSummary, sampleOf } from "./summary";
import { SummaryView } from "./summary-view";

type Result = Schema<"MappingResult">;
const SYNTAXES = ["toml", "json"] as const;
const FORMATS = ["csv", "ndjson"] as const;

/** A mapping tried on the first rows of a file. Nothing is stored, and the file does not leave the browser whole. */
export function TrialTab() {
  const { t } = useTranslation("sources");
  const [mapping, setMapping] = useState("");
  const [sample, setSample] = useState("");
  const [syntax, setSyntax] = useState<(typeof SYNTAXES)[number]>("toml");
  const [format, setFormat] = useState<(typeof FORMATS)[number]>("csv");
  const check = hooks.useMutation("post", "/api/v1/imports/check");
  const take = async (file: File) => {
    setSample(sampleOf(await file.text()));
    setFormat(/\.(ndjson|jsonl)$/i.test(file.name) ? "ndjson" : "csv");
  };
  return (
    <Flex vertical gap={12}>
      <Panel
        title={t("imports.try")}
        extra={
          <Button
            size="small"
            icon={<ExperimentOutlined />}
            onClick={() => {
              setMapping(EXAMPLE_MAPPING);
              setSample(EXAMPLE_ROWS);
              setSyntax("toml");
              setFormat("csv");
            }}
          >
            {t("imports.example")}
          </Button>
        }
      >
        <Typography.Paragraph type="secondary">{t("imports.tryHint")}</Typography.Paragraph>
        <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)", gap: 16 }}>
          <div>
            <Flex justify="space-between" align="center" style={{ marginBottom: 6, minHeight: 30 }}>
              <label htmlFor="import-mapping"><Typography.Text strong>{t("imports.mapping")}</Typography.Text></label>
              <Segmented size="small" value={syntax} aria-label={t("imports.syntax")} options={SYNTAXES.map((value) => ({ value, label: value.toUpperCase() }))} onChange={setSyntax} />
            </Flex>
            <Input.TextArea id="import-mapping" className="mono" rows={14} spellCheck={false} value={mapping} onChange={(event) => setMapping(event.target.value)} />
          </div>
          <div>
            <Flex justify="space-between" align="center" style={{ marginBottom: 6, minHeight: 30 }}>
              <label htmlFor="import-rows"><Typography.Text strong>{t("imports.sample")}</Typography.Text></label>
              <Flex gap={8}>
                <Segmented size="small" value={format} aria-label={t("imports.format")} options={FORMATS.map((value) => ({ value, label: value.toUpperCase() }))} onChange={setFormat} />
                <Upload
                  accept=".csv,.tsv,.ndjson,.jsonl,.txt"
                  showUploadList={false}
                  beforeUpload={(file) => {
                    void take(file);
                    return false;
                  }}
                >
                  <Button size="small" icon={<UploadOutlined />}>{t("imports.choose")}</Button>
                </Upload>
              </Flex>
            </Flex>
            <Input.TextArea id="import-rows" className="mono" rows={14} spellCheck={false} value={sample} onChange={(event) => setSample(event.target.value)} />
          </div>
        </div>
        <Flex justify="end" style={{ marginTop: 12 }}>
          <Button
            type="primary"
            loading={check.isPending}
            disabled={!mapping.trim() || !sample.trim()}
            onClick={() => check.mutate({ body: { mapping, sample, syntax, format, limit: 20 } })}
          >
            {t("imports.run")}
          </Button>
        </Flex>
      </Panel>
      <div aria-live="polite">
        {check.error ? <ProblemView problem={check.error} title={t("imports.tryFailed")} /> : null}
        {check.data && <TrialResult result={check.data} />}
      </div>
    </Flex>
  );
}

function TrialResult({ result }: { result: Result }) {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const summary = readSummary(result.summary);
  return (
    <Panel title={t("imports.result")}>
      <Flex vertical gap={14}>
        {summary && <SummaryView summary={summary} />}
        {result.rejected.length > 0 && (
          <Table
            size="small"
            rowKey={(row) => `${row.block} ${row.row} ${row.column}`}
            pagination={false}
            dataSource={result.rejected}
            columns={[
              { key: "row", title: t("imports.row"), render: (_, row) => formats.number(row.row) },
              { key: "column", title: t("imports.column"), dataIndex: "column" },
              { key: "reason", title: t("imports.why"), dataIndex: "reason" },
              { key: "block", title: t("imports.block"), render: (_, row) => <span className="mono">{row.block}</span> },
            ]}
          />
        )}
        {result.events.length > 0 && (
          <div>
            <Typography.Paragraph strong style={{ margin: "0 0 6px" }}>{t("imports.first", { count: result.events.length, number: formats.number(result.events.length) })}</Typography.Paragraph>
            <CodeBlock code={result.events.map((event) => JSON.stringify(event, null, 2)).join("\n")} label={t("imports.preview")} />
          </div>
        )}
        <div>
          <Typography.Paragraph strong style={{ margin: "0 0 6px" }}>{t("import.run")}</Typography.Paragraph>
          <CodeBlock code="tributary import orders.csv --mapping orders.toml --wait" label={t("import.run")} />
        </div>
      </Flex>
    </Panel>
  );
}
