import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useRuleCatalog } from "@shared/rules/catalog";
import { EVERYBODY, type Rule } from "@shared/rules/wire";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { Page } from "@shared/ui/page";
import { QueryView } from "@shared/ui/query-view";
import { useMay } from "@shared/session";
import { editAudienceRoute, newAudienceRoute } from "../routes";
import { EditorForm } from "./editor-form";
import { type Draft, draftOf } from "./model";

const BLANK: Draft = { name: "", description: "", kind: "dynamic", schedule: "hourly", rule: EVERYBODY, note: "" };

/** A new audience, from nothing, from a link, or as a copy of another one. */
export function NewAudiencePage() {
  const { t } = useTranslation("audiences");
  const { from, rule, name } = newAudienceRoute.useSearch();
  const source = hooks.useQuery("get", "/api/v1/audiences/{audience_id}", { params: { path: { audience_id: from ?? "" } } }, { enabled: from !== undefined });
  const copied = source.data && { ...draftOf(source.data), name: t("editor.copyName", { name: source.data.name }) };
  return (
    <Editing title={t("editor.new")}>
      {from ? (
        <QueryView query={source}>{() => copied && <Loaded key={from} start={copied} saved={null} />}</QueryView>
      ) : (
        <Loaded start={{ ...BLANK, name: name ?? "", rule: (rule as unknown as Rule | undefined) ?? EVERYBODY }} saved={null} />
      )}
    </Editing>
  );
}

export function EditAudiencePage() {
  const { t } = useTranslation("audiences");
  const { audienceId } = editAudienceRoute.useParams();
  const query = hooks.useQuery("get", "/api/v1/audiences/{audience_id}", { params: { path: { audience_id: audienceId } } }, { staleTime: Infinity });
  return (
    <Editing title={query.data ? t("editor.edit", { name: query.data.name }) : t("editor.editing")}>
      <QueryView query={query} rows={8}>{(audience) => <Loaded key={audience.id} start={draftOf(audience)} saved={audience} />}</QueryView>
    </Editing>
  );
}

function Editing({ title, children }: { title: string; children: React.ReactNode }) {
  const { t } = useTranslation("audiences");
  const mayWrite = useMay("audiences:write");
  return (
    <Page title={title}>
      {mayWrite ? children : <EmptyState title={t("editor.forbidden")} hint={t("editor.forbiddenHint")} action={<LinkButton to="/audiences">{t("title")}</LinkButton>} />}
    </Page>
  );
}

/** The editor, once it knows what rules can name. */
function Loaded(props: Omit<Parameters<typeof EditorForm>[0], "catalog">) {
  const catalog = useRuleCatalog({ except: props.saved?.id });
  if (catalog.isPending) return <Skeleton active title={false} paragraph={{ rows: 10 }} />;
  return <QueryView query={catalog}>{(found) => <EditorForm {...props} catalog={found} />}</QueryView>;
}
