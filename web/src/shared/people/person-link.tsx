import { Link } from "@tanstack/react-router";

interface Props {
  /** `prf_…` */
  id: string;
  /** A name or identifier, masked as the server gave it; else the id. */
  label?: string | null;
}

/** Leads to a person's page. */
export function PersonLink({ id, label }: Props) {
  return (
    <Link to="/people/$profileId" params={{ profileId: id }} className={label ? undefined : "mono"}>
      {label || id}
    </Link>
  );
}
