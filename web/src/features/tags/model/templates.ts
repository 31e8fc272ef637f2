import type { RuleCatalog } from "@shared/rules/catalog";
import type { Rule, WindowRule } from "@shared/rules/wire";
import { type Content, type Kind, newContent, newLevel } from "./definition";

/** A beginning, made of what this workspace has collected. */
export interface Template {
  key: "lifecycle" | "tier" | "recency" | "frequency" | "spent" | "favourite";
  kind: Kind;
  /** The content, given what its values are to be called. */
  build: (word: (value: string) => string) => Content;
  /** What the texts name. */
  words: { event: string; property?: string };
}

const BOUGHT = ["Order Completed", "Order Paid", "Purchase", "purchase", "order_completed", "checkout_completed", "PayOrder"];
const VIEWED = ["Product Viewed", "Product Added", "product_viewed", "view_item", "ViewProduct"];
const AMOUNTS = ["total", "revenue", "value", "amount", "order_amount"];
const GROUPS = ["category", "product_category", "brand"];

const last = (value: number): WindowRule => ({ kind: "last", value, unit: "days" });

/** Those that need nothing but fields that have arrived. */
export function templatesOf(catalog: RuleCatalog): Template[] {
  const seen = (names: string[]) => names.find((name) => catalog.event(name)?.last_seen);
  const bought = seen(BOUGHT);
  const viewed = seen(VIEWED);
  const amount = AMOUNTS.find((name) => bought && isSeen(catalog, bought, name, "number"));
  const group = GROUPS.find((name) => viewed && isSeen(catalog, viewed, name, "text"));
  const found: Template[] = [];
  // Texts name things as people do.
  const named = (event: string, property?: string) => ({
    event: catalog.event(event)?.label_hint ?? event,
    ...(property ? { property: catalog.property(event, property)?.label ?? property } : {}),
  });
  if (bought) {
    const event = { event: bought };
    const within = (days: number): Rule => ({ kind: "event", ...event, window: last(days) });
    const since = (days: number): Rule => ({ kind: "last_time", ...event, op: "in_last", value: days, unit: "days" });
    found.push({
      key: "lifecycle",
      kind: "rule",
      words: named(bought),
      build: (word) => ({
        ...newContent("rule"),
        levels: [
          newLevel(word("fresh"), { kind: "first_time", ...event, op: "in_last", value: 30, unit: "days" }),
          newLevel(word("active"), within(60)),
          newLevel(word("atRisk"), within(180)),
          newLevel(word("lost"), { kind: "event", ...event }),
        ],
        otherwise: word("never"),
      }),
    });
    if (amount) {
      const spent = (least: number): Rule => ({ kind: "event_aggregate", ...event, function: "sum", property: amount, compare: { op: "gte", value: least }, window: last(365) });
      found.push({
        key: "tier",
        kind: "rule",
        words: named(bought, amount),
        build: (word) => ({ ...newContent("rule"), levels: [newLevel(word("high"), spent(3_000)), newLevel(word("middle"), spent(500)), newLevel(word("low"), within(365))] }),
      });
    }
    found.push({
      key: "recency",
      kind: "rule",
      words: named(bought),
      build: () => ({
        ...newContent("rule"),
        valueType: "number",
        levels: [7, 30, 90, 180].map((days, index) => newLevel(String(5 - index), since(days))).concat(newLevel("1", { kind: "event", ...event })),
      }),
    });
    found.push({ key: "frequency", kind: "statistic", words: named(bought), build: () => ({ ...newContent("statistic"), measure: { function: "count", ...event, window: last(365) } }) });
    if (amount)
      found.push({
        key: "spent",
        kind: "statistic",
        words: named(bought, amount),
        build: () => ({ ...newContent("statistic"), measure: { function: "sum", ...event, property: amount, window: last(90) } }),
      });
  }
  if (viewed && group)
    found.push({
      key: "favourite",
      kind: "statistic",
      words: named(viewed, group),
      build: () => ({ ...newContent("statistic"), valueType: "text", measure: { function: "last", event: viewed, property: group, window: last(90) } }),
    });
  return found;
}

function isSeen(catalog: RuleCatalog, event: string, name: string, type: string): boolean {
  const field = catalog.property(event, name);
  return field?.type === type && field.last_seen !== null;
}
