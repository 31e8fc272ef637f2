import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import type { Slice } from "../model/slices";
import "./spread.css";
import { useSliceWords } from "./use-slice-words";

interface Props {
  slices: Slice[];
  /** Everybody. */
  people: number;
  label: string;
  isStale?: boolean;
  /** Given, each bar opens its people. */
  onOpen?: ((slice: Slice) => void) | undefined;
}

/** A bar chart that is a table at once: value, people, share. */
export function ValueBars({ slices, people, label, isStale = false, onOpen }: Props) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const words = useSliceWords();
  // Who has no value is told in numbers: a bar for them would leave no room for the others.
  const most = Math.max(1, ...slices.map((slice) => (slice.part.kind === "none" ? 0 : slice.people)));
  return (
    <table className="tag-bars" aria-label={label} data-stale={isStale || undefined}>
      <thead>
        <tr>
          <th scope="col">{t("spread.value")}</th>
          <th scope="col"><span className="visually-hidden">{t("spread.bar")}</span></th>
          <th scope="col">{t("spread.people")}</th>
          <th scope="col">{t("spread.share")}</th>
        </tr>
      </thead>
      <tbody>
        {slices.map((slice) => {
          const name = words(slice.part);
          const count = formats.number(slice.people);
          return (
            <tr key={slice.key} data-none={slice.part.kind === "none" || undefined}>
              <th scope="row" title={name}>{name}</th>
              <td>{slice.part.kind !== "none" && <i aria-hidden style={{ width: slice.people ? `max(2px, ${(100 * slice.people) / most}%)` : 0 }} />}</td>
              <td className="numeric">
                {onOpen && slice.people > 0 ? (
                  <Tooltip title={t("spread.open")}>
                    <button type="button" className="tag-bar-open" aria-label={t("spread.openNamed", { name, count: slice.people, shown: count })} onClick={() => onOpen(slice)}>{count}</button>
                  </Tooltip>
                ) : count}
              </td>
              <td className="numeric">{formats.percent(people ? slice.people / people : 0)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
