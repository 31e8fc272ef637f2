import { useMemo } from "react";
import type { Tag } from "../model/definition";
import { selectTagged } from "../model/selection";
import { useSlices } from "../spread/use-slices";

/** The newest finished values of a tag, part by part. */
export function useTagSlices(tag: Tag) {
  const select = useMemo(() => selectTagged(tag.id), [tag.id]);
  const people = tag.people ?? 0;
  const isCurrent = tag.values_version === tag.version;
  const order = useMemo(() => (isCurrent && tag.levels ? tag.levels.map((level) => level.value) : null), [isCurrent, tag.levels]);
  return { people, select, ...useSlices({ spread: tag.distribution, people, order, select, state: ["tag", tag.id, tag.run] }) };
}
