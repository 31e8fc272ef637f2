import { EyeInvisibleOutlined, SafetyOutlined } from "@ant-design/icons";
import { Button, Flex, Tabs, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api } from "@shared/api/client";
import { useMay } from "@shared/session";
import { CodeBlock } from "@shared/ui/code-block";
import { CopyButton } from "@shared/ui/copy-button";
import { LinkButton } from "@shared/ui/link-button";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import type { Source } from "./health";
import { hiddenKey } from "./secret";

/** How the site's server signs who its visitors are. The secret is asked for only when somebody wants it: that is written down. */
export function SigningPanel({ source, mayWrite }: { source: Source; mayWrite: boolean }) {
  const { t } = useTranslation("sources");
  const maySeeRules = useMay("identity:read");
  const [found, setFound] = useState<Schema<"SourceSigning"> | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [isLoading, setLoading] = useState(false);
  const show = async () => {
    setLoading(true);
    setProblem(null);
    try {
      const { data } = await api.GET("/api/v1/sources/{source_id}/signing", { params: { path: { source_id: source.id } } });
      setFound(data ?? null);
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setLoading(false);
    }
  };
  return (
    <Panel title={t("signing.title")} extra={maySeeRules && <LinkButton size="small" type="link" to="/identity">{t("signing.rules")}</LinkButton>}>
      <Flex vertical gap={10} align="start">
        <Typography.Text type="secondary">{t("signing.lead")}</Typography.Text>
        {problem ? <ProblemView problem={problem} onRetry={() => void show()} /> : null}
        {found ? (
          <>
            <ol style={{ margin: 0, paddingInlineStart: 18 }}>
              <li>
                {t("signing.keep")}{" "}
                <span className="mono">{hiddenKey(found.secret)}</span> <CopyButton text={found.secret} />
              </li>
              <li>{t("signing.sign")}</li>
              <li>{t("signing.send")}</li>
            </ol>
            <Tabs
              size="small"
              style={{ width: "100%" }}
              items={found.items.map((each) => ({ key: each.language, label: t(`signing.language.${each.language}`), children: <CodeBlock code={each.code} label={t(`signing.language.${each.language}`)} /> }))}
            />
            <Button size="small" icon={<EyeInvisibleOutlined />} onClick={() => setFound(null)}>{t("signing.hide")}</Button>
          </>
        ) : (
          <>
            <Button icon={<SafetyOutlined />} disabled={!mayWrite} loading={isLoading} onClick={() => void show()}>{t("signing.show")}</Button>
            <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t("signing.audited")}</Typography.Text>
          </>
        )}
      </Flex>
    </Panel>
  );
}
