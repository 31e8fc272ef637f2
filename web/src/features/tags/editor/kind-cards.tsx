import { Button, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { RuleCatalog } from "@shared/rules/catalog";
import type { Content, Kind } from "../model/definition";
import { templatesOf } from "../model/templates";
import { KindIcon } from "../spread/kind";

interface Props {
  onKind: (kind: Kind) => void;
}

/** The two kinds of tag, each with an example. */
export function KindCards({ onKind }: Props) {
  const { t } = useTranslation("tags");
  return (
    <div className="tag-cards tag-cards-two">
      {(["rule", "statistic"] as const).map((kind) => (
        <Button key={kind} className="tag-card" onClick={() => onKind(kind)}>
          <Typography.Text strong style={{ fontSize: 15 }}><KindIcon kind={kind} /> {t(`kind.${kind}`)}</Typography.Text>
          <span>{t(`kindHint.${kind}`)}</span>
          <span className="tag-example">
            {(["one", "two", "three"] as const).map((line) => <span key={line}>{t(`kindExample.${kind}.${line}`)}</span>)}
          </span>
        </Button>
      ))}
    </div>
  );
}

interface TemplateProps {
  catalog: RuleCatalog;
  onChoose: (content: Content, name: string) => void;
}

/** Tags that make sense with what this workspace collects. */
export function TemplateCards({ catalog, onChoose }: TemplateProps) {
  const { t } = useTranslation("tags");
  const templates = templatesOf(catalog);
  if (templates.length === 0) return null;
  return (
    <>
      <Typography.Paragraph type="secondary" style={{ margin: "16px 0 8px" }}>{t("template.lead")}</Typography.Paragraph>
      <div className="tag-cards">
        {templates.map(({ key, kind, build, words }) => (
          <Button
            key={key}
            className="tag-card"
            onClick={() => onChoose(build((value) => t(`template.value.${value as "fresh"}`)), t(`template.${key}.name`))}
          >
            <Typography.Text strong><KindIcon kind={kind} /> {t(`template.${key}.name`)}</Typography.Text>
            <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t(`template.${key}.hint`, { event: words.event, property: words.property ?? "" })}</Typography.Text>
          </Button>
        ))}
      </div>
    </>
  );
}
