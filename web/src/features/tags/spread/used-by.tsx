import { Link } from "@tanstack/react-router";
import { Button, Flex, Popover, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { QueryView } from "@shared/ui/query-view";

type User = Schema<"UserOut">;

/** Leads to something that builds on the tag. */
function UserLink({ user }: { user: User }) {
  switch (user.kind) {
    case "audience":
      return <Link to="/audiences/$audienceId" params={{ audienceId: user.id }}>{user.name}</Link>;
    case "tag":
      return <Link to="/tags/$tagId" params={{ tagId: user.id }}>{user.name}</Link>;
    case "campaign":
      return <Link to="/campaigns/$campaignId" params={{ campaignId: user.id }}>{user.name}</Link>;
  }
}

/** How many things build on the tag; which, on demand. */
export function UsedBy({ tag }: { tag: { id: string; used_by_count: number } }) {
  const { t } = useTranslation("tags");
  const [isOpen, setOpen] = useState(false);
  const query = hooks.useQuery("get", "/api/v1/tags/{tag_id}", { params: { path: { tag_id: tag.id } } }, { enabled: isOpen });
  if (tag.used_by_count === 0) return <Typography.Text type="secondary">{t("usedBy.none")}</Typography.Text>;
  return (
    <Popover trigger="click" open={isOpen} onOpenChange={setOpen} content={<div style={{ minWidth: 200 }}><QueryView query={query} rows={2}>{(found) => <UserList users={found.used_by} />}</QueryView></div>}>
      <Button type="link" size="small" style={{ padding: 0 }}>{t("usedBy.count", { count: tag.used_by_count })}</Button>
    </Popover>
  );
}

export function UserList({ users }: { users: User[] }) {
  const { t } = useTranslation("tags");
  return (
    <Flex vertical gap={4} component="ul" style={{ margin: 0, padding: 0, listStyle: "none", maxHeight: 320, overflow: "auto" }}>
      {users.map((user) => (
        <Flex key={user.id} component="li" gap={8}>
          <Typography.Text type="secondary" style={{ minWidth: 60 }}>{t(`usedBy.kind.${user.kind}`)}</Typography.Text>
          <UserLink user={user} />
        </Flex>
      ))}
    </Flex>
  );
}
