import { Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { Change } from "./model";

/** Says of a part of the form that it was changed and is not kept yet. */
export function ChangedTag({ changes, part, name }: { changes: Change[]; part: Change["part"]; name?: string }) {
  const { t } = useTranslation("identity");
  const change = changes.find((each) => each.part === part && (!("name" in each) || each.name === name));
  if (!change) return null;
  return <Tag variant="filled" color="warning" style={{ marginInlineEnd: 0 }}>{t("what" in change && change.what === "new" ? "changed.new" : "changed.changed")}</Tag>;
}
