import { MoreOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { useMay } from "@shared/session";
import type { useTagActions } from "./use-tag-actions";

interface Props {
  tag: { id: string; name: string; is_archived: boolean };
  actions: ReturnType<typeof useTagActions>;
  /** Where editing has a button of its own. */
  hasEdit?: boolean;
}

/** What can be done with one tag. */
export function TagMenu({ tag, actions, hasEdit = true }: Props) {
  const { t } = useTranslation("tags");
  const navigate = useNavigate();
  const mayWrite = useMay("tags:write");
  const items = tag.is_archived
    ? [{ key: "restore", label: t("action.restore"), onClick: () => void actions.restore([tag]) }]
    : [
        ...(hasEdit
          ? [
              { key: "edit", label: t("action.edit"), onClick: () => void navigate({ to: "/tags/$tagId/edit", params: { tagId: tag.id } }) },
              { key: "recompute", label: t("action.recompute"), onClick: () => void actions.recompute([tag]) },
            ]
          : []),
        { key: "duplicate", label: t("action.duplicate"), onClick: () => void navigate({ to: "/tags/new", search: { from: tag.id } }) },
        { type: "divider" as const },
        { key: "archive", label: t("action.archive"), onClick: () => void actions.archive([tag]) },
      ];
  return (
    <Dropdown trigger={["click"]} disabled={!mayWrite} menu={{ items }}>
      <Button type={hasEdit ? "text" : "default"} size={hasEdit ? "small" : "middle"} icon={<MoreOutlined aria-hidden />} aria-label={t("action.more", { name: tag.name })} title={mayWrite ? undefined : t("list.mayNot")} />
    </Dropdown>
  );
}
