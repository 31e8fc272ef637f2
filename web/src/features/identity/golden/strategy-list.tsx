import { Radio, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { STRATEGIES, type Strategy } from "./choice";

interface Props {
  value: Strategy;
  /** The one in force. */
  current: Strategy;
  onChange: (strategy: Strategy) => void;
}

/** All ways of choosing; each says what it does. */
export function StrategyList({ value, current, onChange }: Props) {
  const { t } = useTranslation("identity");
  return (
    <Radio.Group className="identity-strategies" aria-label={t("golden.wins")} value={value} onChange={(event) => onChange(event.target.value as Strategy)}>
      {STRATEGIES.map((each) => (
        <Radio key={each} value={each} className={each === value ? "identity-strategy identity-strategy-chosen" : "identity-strategy"}>
          <Typography.Text strong>{t(`golden.strategy.${each}`)}</Typography.Text> {each === current && <Tag variant="filled" color="processing">{t("golden.inForce")}</Tag>}
          <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>{t(`golden.does.${each}`)}</Typography.Text>
        </Radio>
      ))}
    </Radio.Group>
  );
}
