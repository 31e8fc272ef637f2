import { Link } from "@tanstack/react-router";
import { Button, Flex, Popover, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { QueryView } from "@shared/ui/query-view";

type User = Schema<"UserOut">;

/** What builds on an audience. */
export function UserList({ users }: { users: User[] }) {
  const { t } = useTranslation("audiences");
  if (users.length === 0) return <Typography.Text type="secondary">{t("detail.unused")}</Typography.Text>;
  return (
    <Flex vertical gap={4} component="ul" style={{ margin: 0, padding: 0, listStyle: "none" }}>
      {users.map((user) => (
        <Flex key={user.id} component="li" gap={8} align="baseline">
          <Typography.Text type="secondary" style={{ minWidth: 64 }}>{t(`user.${user.kind}`)}</Typography.Text>
          <UserLink user={user} />
        </Flex>
      ))}
    </Flex>
  );
}

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

/** How many things build on an audience; which, on demand. */
export function UsedBy({ audience }: { audience: Schema<"AudienceOut"> }) {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  const [isOpen, setOpen] = useState(false);
  const query = hooks.useQuery("get", "/api/v1/audiences/{audience_id}", { params: { path: { audience_id: audience.id } } }, { enabled: isOpen });
  const count = audience.used_by_count;
  if (count === 0) return <span className="numeric">{formats.number(0)}</span>;
  return (
    <Popover trigger="click" open={isOpen} onOpenChange={setOpen} title={t("detail.usedBy")} content={<QueryView query={query} rows={2}>{(detail) => <UserList users={detail.used_by} />}</QueryView>}>
      <Button type="link" size="small" className="numeric" aria-label={t("column.usedByOf", { count, shown: formats.number(count), name: audience.name })}>{formats.number(count)}</Button>
    </Popover>
  );
}
