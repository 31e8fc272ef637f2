import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { campaignReportRoute } from "../routes";
import type { Stage } from "./stages";

interface Props {
  stage: Stage;
  count: number;
  arm?: string;
  reason?: string;
}

/** A number that opens the people behind it. */
export function PeopleCount({ stage, count, arm, reason }: Props) {
  const { t } = useTranslation("campaigns/report");
  const formats = useFormats();
  const navigate = campaignReportRoute.useNavigate();
  if (count === 0) return <span className="numeric">{formats.number(0)}</span>;
  const label = t("people.open", { stage: t(`stage.${stage}`), count });
  return (
    <Button type="link" size="small" className="numeric" title={label} style={{ padding: 0, height: "auto" }} onClick={() => void navigate({ search: { stage, arm, reason } })}>
      {formats.number(count)}
    </Button>
  );
}
