import type { RuleCatalog } from "@shared/rules/catalog";
import type { Rule, WindowRule } from "@shared/rules/wire";

/** A beginning, made of what this workspace has. */
export interface Template {
  key: "recent" | "lapsed" | "abandoned" | "spenders" | "reachable" | "newcomers" | "birthday";
  rule: Rule;
  /** What the texts name. */
  words: { event?: string; property?: string };
}

const BOUGHT = ["Order Completed", "Order Paid", "Purchase", "purchase", "order_completed", "checkout_completed", "PayOrder"];
const CARTED = ["Product Added", "Add to Cart", "AddToCart", "add_to_cart", "product_added", "Checkout Started"];
const VALUES = ["total", "revenue", "value", "amount", "order_amount"];

const last = (value: number): WindowRule => ({ kind: "last", value, unit: "days" });

/** Those that can be built only of fields that have arrived. */
export function templatesOf(catalog: RuleCatalog): Template[] {
  const seen = (names: string[]) => names.find((name) => catalog.event(name)?.last_seen);
  const bought = seen(BOUGHT);
  const carted = seen(CARTED);
  const found: Template[] = [];
  if (bought) {
    found.push({ key: "recent", words: { event: bought }, rule: { kind: "event", event: bought, window: last(30) } });
    found.push({
      key: "lapsed",
      words: { event: bought },
      rule: { kind: "all", rules: [{ kind: "event", event: bought }, { kind: "event", event: bought, op: "did_not", window: last(60) }] },
    });
  }
  if (bought && carted)
    found.push({
      key: "abandoned",
      words: { event: carted },
      rule: { kind: "all", rules: [{ kind: "event", event: carted, window: last(7) }, { kind: "event", event: bought, op: "did_not", window: last(7) }] },
    });
  const value = VALUES.find((name) => bought && catalog.property(bought, name)?.type === "number");
  if (bought && value)
    found.push({
      key: "spenders",
      words: { event: bought, property: value },
      rule: { kind: "event_aggregate", event: bought, function: "sum", property: value, compare: { op: "gte", value: 1_000 }, window: last(90) },
    });
  const busiest = catalog.events.find((event) => event.last_seen && event.kind === "track");
  if (catalog.trait("email")?.last_seen && busiest)
    found.push({
      key: "reachable",
      words: { event: busiest.name },
      rule: { kind: "all", rules: [{ kind: "trait", trait: "email", op: "is_set" }, { kind: "event", event: busiest.name, window: last(90) }] },
    });
  if (busiest) found.push({ key: "newcomers", words: { event: busiest.name }, rule: { kind: "first_time", event: busiest.name, op: "in_last", value: 7, unit: "days" } });
  if (catalog.trait("birthday")?.last_seen)
    found.push({ key: "birthday", words: {}, rule: { kind: "trait", trait: "birthday", op: "anniversary_in_next", value: 7, unit: "days" } });
  return found.slice(0, 6);
}
