import { EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { Button, Descriptions, Flex, Tabs, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useMay } from "@shared/session";
import { CodeBlock } from "@shared/ui/code-block";
import { CopyButton } from "@shared/ui/copy-button";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Arrivals } from "./arrivals";
import type { Source } from "./health";
import { sourceRoute } from "./routes";
import { hiddenKey, withoutKey } from "./secret";

type Snippets = Schema<"SnippetList">;
type Language = Snippets["items"][number]["language"];

// The language that people of this kind of source mostly want comes first.
const FIRST: Record<Source["kind"], Language> = { web: "js", server: "python", mobile: "wechat", webhook: "curl", import: "curl", internal: "curl" };

/** How events are sent to a source: key, address and code to paste; and whether some arrive already. */
export function ConnectTab({ source }: { source: Source }) {
  const { t } = useTranslation("sources");
  const mayWrite = useMay("sources:write");
  if (source.kind === "import") return <ImportHowTo source={source} />;
  return (
    <Flex vertical gap={12}>
      <Arrivals source={source} />
      {mayWrite ? <Code source={source} /> : <Panel><EmptyState title={t("connect.forbidden")} hint={t("connect.forbiddenHint")} /></Panel>}
    </Flex>
  );
}

function Code({ source }: { source: Source }) {
  const { t } = useTranslation("sources");
  const navigate = useNavigate();
  const { language } = sourceRoute.useSearch();
  const [isShown, setShown] = useState(false);
  const query = hooks.useQuery("get", "/api/v1/sources/{source_id}/snippets", { params: { path: { source_id: source.id } } });
  return (
    <Panel title={t("connect.title")}>
      <QueryView query={query} rows={8}>
        {(found: Snippets) => {
          const known = found.items.find((each) => each.language === language) ?? found.items.find((each) => each.language === FIRST[source.kind]);
          const shown = (code: string) => (isShown ? code : withoutKey(code, found.write_key));
          return (
            <Flex vertical gap={12}>
              <Descriptions
                column={1}
                size="small"
                items={[
                  {
                    key: "key",
                    label: t("connect.key"),
                    children: (
                      <Flex gap={4} align="center" wrap>
                        <span className="mono">{isShown ? found.write_key : hiddenKey(found.write_key)}</span>
                        <Button size="small" type="text" icon={isShown ? <EyeInvisibleOutlined /> : <EyeOutlined />} onClick={() => setShown(!isShown)}>
                          {t(isShown ? "connect.hide" : "connect.show")}
                        </Button>
                        <CopyButton text={found.write_key} />
                      </Flex>
                    ),
                  },
                  {
                    key: "address",
                    label: t("connect.address"),
                    children: <Flex gap={4} align="center"><span className="mono">{found.collector_url}</span><CopyButton text={found.collector_url} /></Flex>,
                  },
                ]}
              />
              <Tabs
                size="small"
                activeKey={known?.language ?? ""}
                onChange={(key) =>
                  void navigate({ to: "/sources/$sourceId", params: { sourceId: source.id }, search: { tab: "connect", language: key }, replace: true })
                }
                items={found.items.map((each) => ({
                  key: each.language,
                  label: t(`language.${each.language}`),
                  children: (
                    <Flex vertical gap={8}>
                      {each.install && (
                        <>
                          <Typography.Text strong>{t("connect.install")}</Typography.Text>
                          <CodeBlock code={each.install} label={t("connect.install")} />
                          <Typography.Text strong>{t("connect.send")}</Typography.Text>
                        </>
                      )}
                      <CodeBlock code={shown(each.code)} copied={each.code} label={t(`language.${each.language}`)} />
                      <Typography.Text type="secondary">{t(isShown ? "connect.realKey" : "connect.copyHasKey")}</Typography.Text>
                    </Flex>
                  ),
                }))}
              />
            </Flex>
          );
        }}
      </QueryView>
    </Panel>
  );
}

function ImportHowTo({ source }: { source: Source }) {
  const { t } = useTranslation("sources");
  const mayImport = useMay("import:write");
  const command = `tributary import customers.csv --mapping customers.mapping.toml --source "${source.name.replaceAll('"', '\\"')}"`;
  return (
    <Panel title={t("import.title")}>
      <Flex justify="space-between" align="start" gap={12} style={{ marginBottom: 12 }}>
        <Typography.Text>{t("import.text")}</Typography.Text>
        {mayImport && <LinkButton to="/sources/imports" search={{ tab: "try" }}>{t("imports.try")}</LinkButton>}
      </Flex>
      <Typography.Paragraph strong style={{ margin: "0 0 6px" }}>{t("import.check")}</Typography.Paragraph>
      <CodeBlock code={`${command} --check`} label={t("import.check")} />
      <Typography.Paragraph strong style={{ margin: "12px 0 6px" }}>{t("import.run")}</Typography.Paragraph>
      <CodeBlock code={command} label={t("import.run")} />
    </Panel>
  );
}
