import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useRuleCatalog } from "@shared/rules/catalog";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { Page } from "@shared/ui/page";
import { QueryView } from "@shared/ui/query-view";
import { newContent } from "../model/definition";
import { NEW_DETAILS, contentOf, detailsOf } from "../model/draft";
import { editTagRoute, newTagRoute } from "../routes";
import { EditorForm } from "./editor-form";

/** A new tag, from nothing or as a copy of another one. */
export function NewTagPage() {
  const { t } = useTranslation("tags");
  const { from, kind } = newTagRoute.useSearch();
  const source = hooks.useQuery("get", "/api/v1/tags/{tag_id}", { params: { path: { tag_id: from ?? "" } } }, { enabled: from !== undefined });
  return (
    <Editing title={t("editor.new")} lead={t("editor.lead")}>
      {from ? (
        <QueryView query={source} rows={8}>
          {(tag) => <Loaded key={from} start={{ details: { ...detailsOf(tag), name: t("editor.copyName", { name: tag.name }) }, content: contentOf(tag) }} saved={null} />}
        </QueryView>
      ) : (
        <Loaded start={{ details: NEW_DETAILS, content: kind ? newContent(kind) : null }} saved={null} />
      )}
    </Editing>
  );
}

export function EditTagPage() {
  const { t } = useTranslation("tags");
  const { tagId } = editTagRoute.useParams();
  const query = hooks.useQuery("get", "/api/v1/tags/{tag_id}", { params: { path: { tag_id: tagId } } }, { staleTime: Infinity });
  return (
    <Editing title={query.data ? t("editor.edit", { name: query.data.name }) : t("editor.editing")}>
      <QueryView query={query} rows={8}>{(tag) => <Loaded key={tag.id} start={{ details: detailsOf(tag), content: contentOf(tag) }} saved={tag} />}</QueryView>
    </Editing>
  );
}

function Editing({ title, lead, children }: { title: string; lead?: string; children: React.ReactNode }) {
  const { t } = useTranslation("tags");
  const mayWrite = useMay("tags:write");
  return (
    <Page title={title} lead={lead}>
      {mayWrite ? children : <EmptyState title={t("editor.forbidden")} hint={t("editor.forbiddenHint")} action={<LinkButton to="/tags">{t("title")}</LinkButton>} />}
    </Page>
  );
}

/** The editor, once it knows what rules can name. */
function Loaded(props: Omit<Parameters<typeof EditorForm>[0], "catalog">) {
  const catalog = useRuleCatalog({ except: props.saved?.id });
  if (catalog.isPending) return <Skeleton active title={false} paragraph={{ rows: 10 }} />;
  return <QueryView query={catalog}>{(found) => <EditorForm {...props} catalog={found} />}</QueryView>;
}
