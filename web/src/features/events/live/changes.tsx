import { ArrowRightOutlined } from "@ant-design/icons";
import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type LiveEvent, brief, placesOf, valueAt } from "../model/event";

const WHYS = [
  "email", "phone", "country", "currency", "text", "number", "boolean", "datetime", "date", "list", "message_id", "unreadable",
  "claimed_by_many", "both_large", "too_many_identifiers", "hash_collision", "blocked_value", "not_valid", "not_text", "unknown_type", "too_long", "shared_type",
  "in_the_future", "too_long_ago", "not_a_time", "limit",
] as const;
type Why = (typeof WHYS)[number];

/** The reason's code as a key of the texts; null for one that is not known here. */
export function whyKey(code: string): Why | null {
  const key = code.startsWith("limit:") ? "limit" : code.replaceAll(" ", "_");
  return WHYS.find((each) => each === key) ?? null;
}

/** Text in quotes: blanks around it are seen, and that it is no number. */
const quoted = (value: unknown) => (typeof value === "string" ? JSON.stringify(value) : brief(value));

interface Change {
  was?: unknown;
  why?: unknown;
}

/** What was standardised in an event, and why, in words. */
export function Changes({ event }: { event: LiveEvent }) {
  const { t } = useTranslation("events");
  const changes = Object.entries(event.changes as Record<string, Change>);
  if (changes.length === 0) return null;
  return (
    <section aria-label={t("changes.title")}>
      <Typography.Text strong>{t("changes.title")}</Typography.Text>
      <ul style={{ margin: "2px 0 0", paddingInlineStart: 18 }}>
        {changes.map(([path, change]) => {
          const code = String(change.why ?? "");
          const why = whyKey(code);
          const isRefused = path.startsWith("identifiers.");
          const now = placesOf(path).map((place) => valueAt(event.canonical, place)).find((value) => value !== undefined);
          return (
            <li key={path}>
              <Flex gap={6} wrap align="baseline">
                <Typography.Text code>{path}</Typography.Text>
                <Typography.Text style={{ whiteSpace: "pre-wrap" }}>{t("changes.was", { value: quoted(change.was) })}</Typography.Text>
                {!isRefused && now !== undefined && (
                  <>
                    <ArrowRightOutlined aria-hidden style={{ fontSize: 11 }} />
                    <Typography.Text>{t("changes.now", { value: quoted(now) })}</Typography.Text>
                  </>
                )}
                <Typography.Text type="secondary">{why ? t(`why.${why}`, { name: code.slice(6) }) : code}</Typography.Text>
              </Flex>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
