import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Drawer, Flex, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../ui/empty-state";
import { QueryView } from "../ui/query-view";
import { PersonLink } from "./person-link";

export interface PersonRow {
  id: string;
  /** A name or an identifier, masked as the server gave it. */
  label?: string | null;
  /** Beside it: when, in which arm. */
  note?: ReactNode;
}

export interface PeoplePage {
  items: PersonRow[];
  next_cursor?: string | null;
}

interface Props {
  open: boolean;
  onClose: () => void;
  /** What these people have in common. */
  title: string;
  /** Identifies the list in the cache. */
  queryKey: unknown[];
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<PeoplePage>;
  /** What can be done with them: save as audience. */
  actions?: ReactNode;
}

/** The people behind a number. */
export function PeopleDrawer({ open, onClose, title, queryKey, load, actions }: Props) {
  const { t } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: ["people behind", ...queryKey],
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: open,
  });
  return (
    <Drawer open={open} onClose={onClose} title={title} size={440} extra={actions} destroyOnHidden>
      <QueryView query={query} rows={8} isEmpty={(data) => data.pages.every((page) => page.items.length === 0)} empty={<EmptyState title={t("people.none")} />}>
        {(data) => (
          <Flex vertical gap={6}>
            {data.pages.flatMap((page) => page.items).map((person) => (
              <Flex key={person.id} justify="space-between" gap={12}>
                <PersonLink id={person.id} label={person.label} />
                {person.note && <Typography.Text type="secondary">{person.note}</Typography.Text>}
              </Flex>
            ))}
            {query.hasNextPage && (
              <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t("list.more")}</Button>
            )}
          </Flex>
        )}
      </QueryView>
    </Drawer>
  );
}
