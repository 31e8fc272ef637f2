import type { RuleCatalog } from "@shared/rules/catalog";
import { type Measure, type MeasureFunction, type ValueType, takesProperty } from "./definition";

const resultsOf = (name: MeasureFunction, catalog: RuleCatalog) => catalog.vocabulary.measures.find((each) => each.function === name)?.results ?? [];

/** The types of property that a function takes, of those that give values of the type. */
export function typesOf(name: MeasureFunction, catalog: RuleCatalog, wanted: ValueType | null): string[] {
  return resultsOf(name, catalog).flatMap((result) => (result.type !== null && (wanted === null || result.value_type === wanted) ? [result.type] : []));
}

/** The type of the values; null while that is not decided. */
export function resultOf({ function: name, event, property }: Measure, catalog: RuleCatalog): ValueType | null {
  const type = takesProperty(name) ? catalog.property(event, property ?? "")?.type : null;
  return resultsOf(name, catalog).find((result) => result.type === (type ?? null))?.value_type ?? null;
}

/** Without a property or filters that make no sense any more, because the event or the function is another one. */
export function fitMeasure(measure: Measure, catalog: RuleCatalog, wanted: ValueType | null): Measure {
  const { property, where, match, ...rest } = measure;
  const isKnown = (name: string) => name === "" || catalog.property(measure.event, name) !== undefined;
  const filters = where?.filter((filter) => isKnown(filter.property)) ?? [];
  const type = catalog.property(measure.event, property ?? "")?.type;
  const fits = type !== undefined && typesOf(measure.function, catalog, wanted).includes(type);
  return {
    ...rest,
    ...(property && takesProperty(measure.function) && fits ? { property } : {}),
    ...(filters.length ? { where: filters } : {}),
    ...(match && filters.length > 1 ? { match } : {}),
  };
}
