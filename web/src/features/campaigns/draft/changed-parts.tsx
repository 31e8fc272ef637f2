import { Flex, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { differences } from "./differences";
import { whereOf } from "./place";
import type { Draft } from "./use-draft";

const SHOWN = 12;

/** The value at a path such as `content.arms[0].subject`, short enough for a list. */
function valueAt(draft: Draft, path: string): string {
  let value: unknown = draft;
  for (const key of path.match(/[^.[\]]+/g) ?? []) value = (value as Record<string, unknown> | null | undefined)?.[key];
  if (value === undefined || value === null || value === "") return "—";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

interface Props {
  /** What the server has. */
  before: Draft;
  /** What stands in this editor. */
  after: Draft;
}

/** What differs between two drafts, part by part. */
export function ChangedParts({ before, after }: Props) {
  const { t } = useTranslation("campaigns");
  const paths = differences(before, after).filter((path) => !path.endsWith(".id"));
  if (paths.length === 0) return <Typography.Text type="secondary">{t("conflict.same")}</Typography.Text>;
  return (
    <Flex vertical gap={8} role="list" style={{ maxHeight: 320, overflow: "auto" }}>
      {paths.slice(0, SHOWN).map((path) => {
        const { step, arm } = whereOf(path);
        return (
          <div key={path} role="listitem">
            <Flex gap={6} align="center" wrap>
              <Tag>{t(`step.${step}`)}</Tag>
              {arm !== null && <Tag>{t("arm.named", { name: after.content.arms[arm]?.name ?? before.content.arms[arm]?.name ?? "" })}</Tag>}
              <Typography.Text type="secondary" className="mono" style={{ fontSize: 12 }}>{path.replace(/^content\./, "")}</Typography.Text>
            </Flex>
            <div>{t("conflict.theirsIs")} <Typography.Text>{valueAt(before, path)}</Typography.Text></div>
            <div>{t("conflict.mineIs")} <Typography.Text>{valueAt(after, path)}</Typography.Text></div>
          </div>
        );
      })}
      {paths.length > SHOWN && <Typography.Text type="secondary">{t("conflict.more", { count: paths.length - SHOWN })}</Typography.Text>}
    </Flex>
  );
}
