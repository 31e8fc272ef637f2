import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Tooltip } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api } from "@shared/api/client";
import { PeopleDrawer } from "@shared/people/people-drawer";
import { useMay } from "@shared/session";
import { Ago } from "@shared/ui/time";

/** Whose number it is: a stage of the campaign, perhaps of one arm, perhaps for one reason. */
export interface Behind {
  stage: Stage;
  arm?: string | null | undefined;
  reason?: string | null | undefined;
}

const STAGES = ["assigned", "waiting", "sent", "rejected", "bounced", "failed", "unknown", "cancelled"] as const;
export type Stage = (typeof STAGES)[number];

const written = ({ stage, arm, reason }: Behind) => [stage, arm ?? "", reason ?? ""].join("~");

function read(text: string | undefined): Behind | null {
  const [stage, arm, reason] = (text ?? "").split("~");
  const known = STAGES.find((each) => each === stage);
  return known ? { stage: known, arm: arm || null, reason: reason || null } : null;
}

/** A number that opens the people behind it. */
export function PeopleButton({ behind, children }: { behind: Behind; children: ReactNode }) {
  const { t } = useTranslation("campaigns");
  const may = useMay("profiles:read");
  const navigate = useNavigate({ from: "/campaigns/$campaignId" });
  const open = () => void navigate({ search: (now) => ({ ...now, people: written(behind) }) });
  return (
    <Tooltip title={may ? t("behind.open") : t("behind.mayNot")}>
      <Button type="link" className="numeric" style={{ padding: 0, height: "auto", fontSize: "inherit" }} disabled={!may} onClick={open}>{children}</Button>
    </Tooltip>
  );
}

/** The people behind the number in the link. */
export function BehindDrawer({ campaign }: { campaign: Schema<"CampaignDetail"> }) {
  const { t } = useTranslation("campaigns");
  const navigate = useNavigate({ from: "/campaigns/$campaignId" });
  const { people } = useSearch({ from: "/shell/campaigns/$campaignId" });
  const behind = read(people);
  const load = async (cursor: string | undefined, signal: AbortSignal) => {
    if (!behind) return { items: [] };
    // Here who came back has a number of their own; those whom the API calls sent are both.
    const stage = behind.stage === "sent" ? "delivered" : behind.stage;
    const { data } = await api.GET("/api/v1/campaigns/{campaign_id}/people", {
      params: { path: { campaign_id: campaign.id }, query: { ...behind, stage, arm: behind.arm ?? null, reason: behind.reason ?? null, cursor: cursor ?? null, limit: 50 } }, signal,
    });
    const items = (data?.items ?? []).map((person) => ({
      id: person.id,
      label: person.display,
      note: [person.arm && !behind.arm ? person.arm : null, person.text && !behind.reason ? person.text : null].filter(Boolean).join(" · ") || <Ago at={person.at} />,
    }));
    return { items, next_cursor: data?.next_cursor };
  };
  const title = behind && [t(`delivery.${behind.stage}`), behind.arm && t("arm.named", { name: behind.arm }), behind.reason && reasonOf(campaign, behind.reason)].filter(Boolean).join(" · ");
  return (
    <PeopleDrawer
      open={behind !== null}
      onClose={() => void navigate({ search: (now) => ({ ...now, people: undefined }) })}
      title={title ?? ""}
      queryKey={["campaign", campaign.id, people]}
      load={load}
    />
  );
}

/** The reason in words, as the campaign's progress tells it. */
const reasonOf = (campaign: Schema<"CampaignDetail">, reason: string) => campaign.progress.find((each) => each.reason === reason)?.text ?? reason;
