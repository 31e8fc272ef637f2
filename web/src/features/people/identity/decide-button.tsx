import { Button, type ButtonProps, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { useMay } from "@shared/session";
import { type Ask, useScope } from "./scope";

/** Begins a decision, for those who may decide; others are told why not. */
export function DecideButton({ wanted, disabled, why, onClick, ...rest }: Omit<ButtonProps, "onClick"> & { wanted?: Ask; onClick?: () => void; why?: string | undefined }) {
  const { t } = useTranslation("people");
  const { decide } = useScope();
  const mayDecide = useMay("identity:write");
  return (
    <Tooltip title={mayDecide ? why : t("decide.noRight")}>
      <Button {...rest} disabled={!mayDecide || disabled} onClick={() => (wanted ? decide(wanted) : onClick?.())} />
    </Tooltip>
  );
}
