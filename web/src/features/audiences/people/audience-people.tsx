import { useTranslation } from "react-i18next";
import { type Schema, api } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { type PeoplePage, PeopleDrawer } from "@shared/people/people-drawer";
import { nameOf } from "@shared/people/person-words";

type Person = Schema<"PersonSummary">;

interface Props {
  audience: { id: string; name: string; run: number | null } | null;
  /** Those in it, or who came and went in a run. */
  show: "members" | "entered" | "exited" | undefined;
  run?: number | undefined;
  onClose: () => void;
}

const LIMIT = 100;

const toPage = (page: { items: Person[]; next_cursor: string | null } | undefined): PeoplePage => ({
  items: (page?.items ?? []).map((person) => ({ id: person.id, label: nameOf(person), note: person.name ? person.email : null })),
  next_cursor: page?.next_cursor ?? null,
});

/** The people of an audience, or those who entered or exited in one of its computations. */
export function AudiencePeople({ audience, show, run, onClose }: Props) {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  const load = async (cursor: string | undefined, signal: AbortSignal): Promise<PeoplePage> => {
    if (!audience) return { items: [] };
    const query = { cursor, limit: LIMIT };
    if (!show || show === "members" || run === undefined) {
      const { data } = await api.GET("/api/v1/audiences/{audience_id}/members", { params: { path: { audience_id: audience.id }, query }, signal });
      return toPage(data);
    }
    const params = { path: { audience_id: audience.id, run }, query };
    const { data } =
      show === "entered"
        ? await api.GET("/api/v1/audiences/{audience_id}/runs/{run}/entered", { params, signal })
        : await api.GET("/api/v1/audiences/{audience_id}/runs/{run}/exited", { params, signal });
    return toPage(data);
  };
  return (
    <PeopleDrawer
      open={audience !== null && show !== undefined}
      onClose={onClose}
      title={audience ? t(`people.${show ?? "members"}`, { name: audience.name, run: formats.number(run ?? audience.run ?? 0) }) : ""}
      queryKey={["audience", audience?.id, show, run, audience?.run]}
      load={load}
    />
  );
}
