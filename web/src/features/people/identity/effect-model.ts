import type { Schema } from "@shared/api/client";

export type Effect = Schema<"DecisionEffect">;
export type Affected = Schema<"AffectedPerson">;
type Audience = Schema<"AffectedAudience">;
type Tag = Schema<"AffectedTag">;

/** A person as of today, in the form of one after a decision. */
export type Today = Pick<Affected, "id" | "display_name" | "traits" | "identifiers"> & {
  /** Left out for those who may not see them. */
  audiences?: Audience[] | undefined;
  tags?: Tag[] | undefined;
};

export interface Marked<Item> {
  item: Item;
  change: "gained" | "lost" | "same";
}

/** A person after a decision and what becomes of them. */
export interface Outcome {
  person: Affected;
  /** There is no such person today. */
  isNew: boolean;
  audiences: Marked<Audience>[];
  tags: Marked<Tag>[];
}

const mark = <Item>(before: Item[] | undefined, after: Item[], key: (item: Item) => string): Marked<Item>[] => {
  if (before === undefined) return after.map((item) => ({ item, change: "same" }));
  const was = new Set(before.map(key));
  const is = new Set(after.map(key));
  return [
    ...after.map((item): Marked<Item> => ({ item, change: was.has(key(item)) ? "same" : "gained" })),
    ...before.filter((item) => !is.has(key(item))).map((item): Marked<Item> => ({ item, change: "lost" })),
  ];
};

/** What a decision changes for each person that is there afterwards. */
export function outcomesOf(effect: Pick<Effect, "people">, today: Today[]): Outcome[] {
  return effect.people.map((person) => {
    const before = today.find((each) => each.id === person.id);
    return {
      person,
      isNew: before === undefined,
      audiences: mark(before?.audiences, person.audiences, ({ id }) => id),
      tags: mark(before?.tags, person.tags, ({ id, value }) => `${id} ${value}`),
    };
  });
}

/** The traits that are not the same for everybody, today and afterwards: name, and a value for each person in their order. */
export function differingTraits(people: Pick<Affected, "traits">[]): { name: string; values: unknown[] }[] {
  const names = [...new Set(people.flatMap(({ traits }) => Object.keys(traits)))];
  return names
    .map((name) => ({ name, values: people.map(({ traits }) => traits[name]) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
}
