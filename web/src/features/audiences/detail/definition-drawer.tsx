import { FileTextOutlined } from "@ant-design/icons";
import { Button, Drawer, Flex, Segmented, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CodeBlock } from "@shared/ui/code-block";
import type { Audience } from "./model";
import { toYaml } from "./yaml";

/** The definition as a file: to keep beside code, to send to the API of another workspace. */
export function DefinitionButton({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const [isOpen, setOpen] = useState(false);
  const [format, setFormat] = useState<"yaml" | "json">("yaml");
  const { name, description, kind, schedule, rule } = audience;
  const definition = { name, description, kind, schedule, rule };
  return (
    <>
      <Button icon={<FileTextOutlined />} onClick={() => setOpen(true)}>{t("definition.open")}</Button>
      <Drawer open={isOpen} onClose={() => setOpen(false)} title={t("definition.title")} size={560} destroyOnHidden>
        <Flex vertical gap={12}>
          <Typography.Text type="secondary">{t("definition.hint")}</Typography.Text>
          <Segmented
            value={format}
            aria-label={t("definition.format")}
            style={{ alignSelf: "start" }}
            options={(["yaml", "json"] as const).map((each) => ({ value: each, label: each.toUpperCase() }))}
            onChange={setFormat}
          />
          <CodeBlock code={format === "yaml" ? toYaml(definition) : JSON.stringify(definition, null, 2)} label={t("definition.title")} maxHeight={560} />
        </Flex>
      </Drawer>
    </>
  );
}
