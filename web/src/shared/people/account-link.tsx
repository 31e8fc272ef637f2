import { Link } from "@tanstack/react-router";

interface Props {
  /** `acc_…` */
  id: string;
  /** Null: it has none; what events call the account stands for it. */
  name: string | null;
  /** What events call the account. */
  accountId: string;
}

/** Leads to the page of a company, a household or another account. */
export function AccountLink({ id, name, accountId }: Props) {
  return <Link to="/accounts/$accountId" params={{ accountId: id }} className={name ? undefined : "mono"}>{name || accountId}</Link>;
}
