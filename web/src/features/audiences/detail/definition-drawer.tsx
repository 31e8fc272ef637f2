import { ApiOutlined } from "@ant-design/icons";
import { Button, Drawer, Flex, Segmented, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { apiCall } from "@shared/ui/api-button";
import { CodeBlock } from "@shared/ui/code-block";
import type { Audience } from "./model";
import { toYaml } from "./yaml";

type Format = "curl" | "yaml" | "json";

const WRITE: Record<Format, (definition: object) => string> = {
  curl: (definition) => apiCall("POST", "/audiences", definition),
  yaml: toYaml,
  json: (definition) => JSON.stringify(definition, null, 2),
};

/** The definition as a file: to keep beside code, to send to the API of another workspace. */
export function DefinitionButton({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const [isOpen, setOpen] = useState(false);
  const [format, setFormat] = useState<Format>("curl");
  const { name, description, kind, schedule, rule } = audience;
  const definition = { name, description, kind, schedule, rule };
  return (
    <>
      <Button icon={<ApiOutlined />} onClick={() => setOpen(true)}>{t("definition.open")}</Button>
      <Drawer open={isOpen} onClose={() => setOpen(false)} title={t("definition.title")} size={560} destroyOnHidden>
        <Flex vertical gap={12}>
          <Typography.Text type="secondary">{t("definition.hint")}</Typography.Text>
          <Segmented
            value={format}
            aria-label={t("definition.format")}
            style={{ alignSelf: "start" }}
            options={(["curl", "yaml", "json"] as const).map((each) => ({ value: each, label: t(`definition.${each}`) }))}
            onChange={setFormat}
          />
          <CodeBlock code={WRITE[format](definition)} label={t("definition.title")} maxHeight={560} />
        </Flex>
      </Drawer>
    </>
  );
}
