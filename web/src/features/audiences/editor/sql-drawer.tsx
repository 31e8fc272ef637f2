import { CodeOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Flex, Segmented, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { asJson } from "@shared/rules/check";
import type { Rule } from "@shared/rules/wire";
import { CodeBlock } from "@shared/ui/code-block";
import { QueryView } from "@shared/ui/query-view";

interface Props {
  rule: Rule;
  isReady: boolean;
}

/** The rule as engineers read it: SQL, and the JSON of the API. */
export function SqlButton({ rule, isReady }: Props) {
  const { t } = useTranslation("audiences");
  const [isOpen, setOpen] = useState(false);
  const [view, setView] = useState<"runnable" | "sql" | "json">("runnable");
  const query = useQuery({
    queryKey: ["rule as SQL", rule],
    queryFn: async ({ signal }) => (await api.POST("/api/v1/audiences/sql", { body: { rule: asJson(rule) }, signal })).data,
    enabled: isOpen && isReady && view !== "json",
    retry: false,
  });
  return (
    <>
      <Tooltip title={t("sql.tooltip")}>
        <Button size="small" type="text" icon={<CodeOutlined />} onClick={() => setOpen(true)}>{t("sql.open")}</Button>
      </Tooltip>
      <Drawer open={isOpen} onClose={() => setOpen(false)} title={t("sql.title")} size={680} destroyOnHidden>
        <Flex vertical gap={12} align="stretch">
          <Segmented
            value={view}
            aria-label={t("sql.view")}
            style={{ alignSelf: "start" }}
            options={(["runnable", "sql", "json"] as const).map((each) => ({ value: each, label: t(`sql.${each}`) }))}
            onChange={setView}
          />
          {view === "json" && <CodeBlock code={JSON.stringify(rule, null, 2)} label={t("sql.json")} maxHeight={600} />}
          {view !== "json" && !isReady && <Typography.Text type="secondary">{t("sql.unfinished")}</Typography.Text>}
          {view !== "json" && isReady && (
            <QueryView query={query} rows={10}>
              {(data) =>
                data && (
                  <>
                    <Typography.Text type="secondary">{t(`sqlHint.${view}`)}</Typography.Text>
                    <CodeBlock code={data[view]} label={t("sql.title")} maxHeight={600} />
                    {view === "sql" && (
                      <CodeBlock
                        label={t("sql.params")}
                        code={Object.entries(data.params).map(([name, param]) => `${name}: ${param.type} = ${param.value}`).join("\n")}
                      />
                    )}
                  </>
                )
              }
            </QueryView>
          )}
        </Flex>
      </Drawer>
    </>
  );
}
