import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Select, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "@shared/names";
import { useFormats } from "@shared/format";
import { PersonLink } from "@shared/people/person-link";
import { asJson } from "@shared/rules/check";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { type ListColumn, ListTable } from "@shared/ui/list-table";
import { Ago } from "@shared/ui/time";
import type { Tag } from "../model/definition";
import type { Part } from "../model/selection";
import { tagRoute } from "../routes";
import { nameOf } from "@shared/people/person-words";
import { useSliceWords } from "../spread/use-slice-words";
import { type TaggedPerson, isListed, loadSlicePeople } from "./load-people";
import { useTagSlices } from "./use-tag-slices";

const EVERYBODY: Part = { kind: "rest", but: [] };

/** The people with a value, or with a part of the values. */
export function PeopleTab({ tag }: { tag: Tag }) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const words = useSliceWords();
  const names = useNames();
  const { slice: key, cursor } = tagRoute.useSearch();
  const navigate = tagRoute.useNavigate();
  const mayBuild = useMay("audiences:write");
  const { slices, select } = useTagSlices(tag);
  const chosen = slices?.find((slice) => slice.key === key);
  const part = chosen?.part ?? EVERYBODY;
  const query = useQuery({
    queryKey: ["people of a tag", tag.id, tag.run, part, cursor],
    queryFn: ({ signal }) => loadSlicePeople(tag.id, part, cursor, signal),
    enabled: tag.run !== null && (key === undefined || slices !== null),
    placeholderData: keepPreviousData,
  });
  const show = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));
  const valueOf = (person: TaggedPerson) =>
    person.value === undefined ? "" : <span className="numeric">{typeof person.value === "number" ? formats.number(person.value, 6) : person.value}</span>;
  const traits = [...new Set((query.data?.items ?? []).flatMap((person) => Object.keys(person.traits)))];
  const columns: ListColumn<TaggedPerson>[] = [
    { key: "person", title: t("people.person"), render: (_, person) => <Cell width={200} text={nameOf(person) ?? person.id}><PersonLink id={person.id} label={nameOf(person)} /></Cell>, csv: (person) => nameOf(person) ?? names.anonymous },
    { key: "id", title: t("people.id"), isExtra: true, render: (_, person) => <span className="mono">{person.id}</span>, csv: (person) => person.id },
    { key: "value", title: t("spread.value"), render: (_, person) => valueOf(person), csv: (person) => person.value },
    { key: "identifiers", title: t("people.identifiers"), render: (_, person) => <Cell width={260} text={person.identifiers.map((each) => each.value).join(" · ")} />, csv: (person) => person.identifiers.map((each) => each.value).join(" · ") },
    {
      key: "traits",
      title: t("people.traits"),
      render: (_, person) => <Cell width={220} text={traits.filter((name) => person.traits[name] !== undefined).map((name) => show(person.traits[name])).join(" · ")} />,
      csv: (person) => Object.values(person.traits).map(show).join(" · "),
    },
    { key: "seen", title: t("people.seen"), render: (_, person) => <Ago at={person.last_seen} />, csv: (person) => person.last_seen },
  ];
  const rule = select(part);
  if (tag.run === null) return <EmptyState title={t("detail.noValues")} hint={t("detail.noValuesHint")} />;
  return (
    <ListTable
      name="tag-people"
      query={query}
      columns={columns}
      rowKey="id"
      cursor={cursor}
      onCursor={(next) => void navigate({ search: (before) => ({ ...before, cursor: next }) })}
      loadPage={(from) => loadSlicePeople(tag.id, part, from)}
      empty={<EmptyState title={t("people.none")} hint={t("people.noneHint")} />}
      filters={
        <>
          <Select
            value={chosen?.key ?? ""}
            aria-label={t("people.byValue")}
            style={{ minWidth: 240 }}
            loading={slices === null}
            showSearch={{ optionFilterProp: "label" }}
            options={[
              { value: "", label: t("people.everybody", { shown: formats.number(tag.coverage ?? 0) }) },
              ...(slices ?? []).map((slice) => ({ value: slice.key, label: t("people.option", { value: words(slice.part), shown: formats.number(slice.people) }) })),
            ]}
            onChange={(next) => void navigate({ search: (before) => ({ ...before, slice: next || undefined, cursor: undefined }) })}
          />
          {!isListed(part) && <Typography.Text type="secondary">{t("people.someHint")}</Typography.Text>}
          {mayBuild && rule && <LinkButton to="/audiences/new" search={{ rule: asJson(rule) }}>{t("people.saveAs")}</LinkButton>}
        </>
      }
    />
  );
}

/** One line, whole on hover. */
function Cell({ text, width, children }: { text: string; width: number; children?: ReactNode }) {
  return <div title={text} style={{ maxWidth: width, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{children ?? text}</div>;
}
