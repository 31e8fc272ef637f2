import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { useTell } from "@shared/ui/use-tell";

interface Named {
  id: string;
  name: string;
}

/** What can be done with tags, one or many; what can be taken back is not asked about. */
export function useTagActions() {
  const { t } = useTranslation("tags");
  const tell = useTell();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/tags") });

  /** Those with which it worked; for each other, why not. */
  const each = async (tags: Named[], act: (id: string) => Promise<unknown>): Promise<Named[]> => {
    const done: Named[] = [];
    for (const tag of tags) {
      try {
        await act(tag.id);
        done.push(tag);
      } catch (thrown) {
        tell.failed(thrown, t("action.failed", { name: tag.name }));
      }
    }
    await refresh();
    return done;
  };
  const at = (id: string) => ({ params: { path: { tag_id: id } } });

  const restore = async (tags: Named[]) => {
    const done = await each(tags, (id) => api.POST("/api/v1/tags/{tag_id}/unarchive", at(id)));
    if (done.length) tell.done(t("action.restored", { count: done.length }));
  };
  const archive = async (tags: Named[]) => {
    const done = await each(tags, (id) => api.POST("/api/v1/tags/{tag_id}/archive", at(id)));
    if (done.length) tell.done(t("action.archived", { count: done.length }), { undo: () => void restore(done) });
  };
  const recompute = async (tags: Named[]) => {
    const done = await each(tags, (id) => api.POST("/api/v1/tags/{tag_id}/recompute", at(id)));
    if (done.length) tell.done(t("action.recomputing", { count: done.length }));
  };
  return { archive, restore, recompute, refresh };
}
