import { Flex, theme } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import type { Arm } from "../content/model/block";
import { readableOn } from "../content/model/colors";
import { HOLDOUT, WHOLE, shares, treated } from "./model";

/** Who gets what, as one bar that is always full. */
export function SplitBar({ arms }: { arms: readonly Arm[] }) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const { token } = theme.useToken();
  const parts = shares(arms);
  const colors = [token.colorPrimary, token.colorInfo, token.colorWarning, token.colorError];
  const messages = treated(arms);
  const lookOf = (arm: Arm) => {
    if (arm.name === HOLDOUT) return { background: token.colorFillSecondary, color: token.colorText };
    const background = colors[messages.indexOf(arm) % colors.length] ?? token.colorPrimary;
    return { background, color: readableOn(background) };
  };
  const named = (arm: Arm) => (arm.name === HOLDOUT ? t("arm.holdout") : t("arm.named", { name: arm.name }));
  const words = formats.list(arms.map((arm, index) => `${named(arm)} ${formats.percent((parts[index] ?? 0) / WHOLE)}`));
  return (
    <Flex role="img" aria-label={words} style={{ height: 34, borderRadius: token.borderRadius, overflow: "hidden" }}>
      {arms.map((arm, index) => {
        const share = (parts[index] ?? 0) / WHOLE;
        return share > 0 ? (
          <Flex key={arm.name} align="center" justify="center" style={{ ...lookOf(arm), width: `${100 * share}%`, minWidth: 2, whiteSpace: "nowrap", overflow: "hidden", fontWeight: 600, borderInlineEnd: `1px solid ${token.colorBgContainer}` }}>
            {share >= 0.2 ? `${named(arm)} · ${formats.percent(share)}` : share >= 0.04 ? formats.percent(share) : ""}
          </Flex>
        ) : null;
      })}
    </Flex>
  );
}
