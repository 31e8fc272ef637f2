import { Button, Typography } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { RuleCatalog } from "@shared/rules/catalog";
import type { Rule } from "@shared/rules/wire";
import { templatesOf } from "./templates";

interface Props {
  catalog: RuleCatalog;
  onChoose: (template: { rule: Rule; name: string }) => void;
}

/** Ways to begin that make sense with what this workspace collects. */
export function TemplateCards({ catalog, onChoose }: Props) {
  const { t } = useTranslation("audiences");
  const templates = useMemo(() => templatesOf(catalog), [catalog]);
  if (templates.length === 0) return null;
  return (
    <>
      <Typography.Paragraph type="secondary">{t("template.lead")}</Typography.Paragraph>
      <div className="audience-templates">
        {templates.map(({ key, rule, words }) => (
          <Button key={key} className="audience-template" onClick={() => onChoose({ rule, name: t(`template.${key}.name`) })}>
            <Typography.Text strong>{t(`template.${key}.name`)}</Typography.Text>
            <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t(`template.${key}.hint`, {
                event: (words.event && catalog.event(words.event)?.label_hint) || words.event || "",
                property: (words.event && words.property && catalog.property(words.event, words.property)?.label) || words.property || "",
              })}</Typography.Text>
          </Button>
        ))}
      </div>
    </>
  );
}
