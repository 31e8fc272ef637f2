import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { PeopleDrawer } from "@shared/people/people-drawer";
import { asJson } from "@shared/rules/check";
import { useMay } from "@shared/session";
import { LinkButton } from "@shared/ui/link-button";
import type { Tag } from "../model/definition";
import { selectTagged } from "../model/selection";
import type { Slice } from "../model/slices";
import { nameOf, noteOf } from "@shared/people/person-words";
import { useSliceWords } from "../spread/use-slice-words";
import { isListed, loadSlicePeople } from "./load-people";

interface Props {
  tag: Tag;
  slice: Slice | null;
  onClose: () => void;
}

/** The people of one bar. */
export function SlicePeople({ tag, slice, onClose }: Props) {
  const { t } = useTranslation("tags");
  const words = useSliceWords();
  const formats = useFormats();
  const mayBuild = useMay("audiences:write");
  const rule = slice && selectTagged(tag.id)(slice.part);
  return (
    <PeopleDrawer
      open={slice !== null}
      onClose={onClose}
      title={slice ? t(isListed(slice.part) ? "people.titled" : "people.someOf", { tag: tag.name, value: words(slice.part) }) : ""}
      queryKey={["tag", tag.id, tag.run, slice?.key]}
      load={async (cursor, signal) => {
        if (!slice) return { items: [] };
        const page = await loadSlicePeople(tag.id, slice.part, cursor, signal);
        return { items: page.items.map((person) => ({ id: person.id, label: nameOf(person), note: slice.part.kind === "range" && person.value !== undefined ? formats.number(Number(person.value), 2) : noteOf(person) })), next_cursor: page.next_cursor };
      }}
      actions={mayBuild && rule && <LinkButton to="/audiences/new" search={{ rule: asJson(rule) }} size="small">{t("people.saveAs")}</LinkButton>}
    />
  );
}
