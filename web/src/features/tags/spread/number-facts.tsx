import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import type { Distribution } from "../model/slices";

/** How numbers spread, in a few of them. */
export function NumberFacts({ spread }: { spread: Distribution }) {
  const { t } = useTranslation("tags");
  const { number } = useFormats();
  const { deciles, mean } = spread;
  if (!deciles || mean === null) return null;
  const at = (index: number) => number(deciles[index] ?? 0, 2);
  const facts = [
    [t("spread.median"), at(5)],
    [t("spread.mean"), number(mean, 2)],
    [t("spread.middle"), t("spread.range", { from: at(1), below: at(9) })],
    [t("spread.least"), at(0)],
    [t("spread.most"), at(10)],
  ];
  return (
    <dl className="tag-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
