import { Flex, Typography } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../format";
import { type ValueSource, useCompletion } from "./completion";

const NOTHING: ValueSource = { kind: "trait", name: "" };

/** Without case, and full-width signs as the usual ones. */
const folded = (text: string) => text.normalize("NFKC").toLowerCase();

/** Values to choose from, with how many have each. */
export function useValueOptions(source: ValueSource | null, typed: string) {
  const { t } = useTranslation("rules");
  const formats = useFormats();
  const [isOpen, setOpen] = useState(false);
  const { values, isHidden, isLoading, hasFailed } = useCompletion(source ?? NOTHING, typed, isOpen && source !== null);
  const wanted = folded(typed.trim());
  const options = values
    // Until the answer comes, the values are those for what was typed before: Enter must not choose one of these.
    .filter((each) => each.value !== null && each.value !== "" && folded(String(each.value)).includes(wanted))
    .map((each) => ({ value: String(each.value), label: <Line value={String(each.value)} count={formats.number(each.count)} /> }));
  const message: ReactNode = isLoading ? t("value.loading") : isHidden ? t("value.hidden") : hasFailed ? t("value.failed") : t("value.typeOwn");
  return { options, message, setOpen, isHidden };
}

function Line({ value, count }: { value: string; count: string }) {
  return (
    <Flex justify="space-between" gap={12}>
      <span style={{ overflow: "hidden", textOverflow: "ellipsis" }}>{value}</span>
      <Typography.Text type="secondary" className="numeric">{count}</Typography.Text>
    </Flex>
  );
}
