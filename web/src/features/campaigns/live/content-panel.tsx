import { Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { Panel } from "@shared/ui/panel";
import { Preview } from "../content/preview/preview";
import { useRender } from "../content/preview/use-render";
import { treated } from "../split/model";

/** What was written, to look at. */
export function ContentPanel({ campaign }: { campaign: Schema<"CampaignDetail"> }) {
  const { t } = useTranslation("campaigns");
  const arms = treated(campaign.content.arms);
  const [name, setName] = useState(arms[0]?.name ?? "");
  const render = useRender({ content: campaign.content, arm: name, viewer: { kind: "nobody" }, name: campaign.name, audienceId: null });
  return (
    <Panel
      title={t("step.content")}
      extra={arms.length > 1 && <Segmented size="small" aria-label={t("arm.which")} value={name} options={arms.map((arm) => ({ value: arm.name, label: t("arm.named", { name: arm.name }) }))} onChange={setName} />}
    >
      <Preview query={render} isBehind={render.isBehind} width={campaign.content.theme.width} sender={campaign.content.sender} isOver />
    </Panel>
  );
}
