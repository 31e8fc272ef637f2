import { Link } from "@tanstack/react-router";
import { Typography } from "antd";
import type { HTMLAttributeAnchorTarget } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  /** `prf_…` */
  id: string;
  /** A name or identifier, masked as the server gave it. Null: nobody knows who it is. Left out: it was not asked; the id stands for it. */
  label?: string | null | undefined;
  target?: HTMLAttributeAnchorTarget;
}

/** Leads to a person's page. */
export function PersonLink({ id, label, target }: Props) {
  const { t } = useTranslation();
  return (
    <Link to="/people/$profileId" params={{ profileId: id }} target={target} className={label === undefined ? "mono" : undefined}>
      {label === undefined ? id : label || (
        <>
          {t("people.anonymous")} <Typography.Text type="secondary" className="mono" style={{ fontSize: 12 }}>{id}</Typography.Text>
        </>
      )}
    </Link>
  );
}
