import { Link } from "@tanstack/react-router";
import { Flex, Popover, Button, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";

type User = Schema<"UserOut">;

/** Leads to something that builds on the tag. */
export function UserLink({ user }: { user: User }) {
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
export function UsedBy({ users }: { users: User[] }) {
  const { t } = useTranslation("tags");
  if (users.length === 0) return <Typography.Text type="secondary">{t("usedBy.none")}</Typography.Text>;
  return (
    <Popover trigger="click" content={<UserList users={users} />}>
      <Button type="link" size="small" style={{ padding: 0 }}>{t("usedBy.count", { count: users.length })}</Button>
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
