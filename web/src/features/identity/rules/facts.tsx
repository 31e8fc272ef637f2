import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import type { Said } from "./sentences";

/** What the settings mean, in sentences that follow them. */
export function Facts({ said, name }: { said: Said[]; name: string }) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  return (
    <Alert
      type="info"
      role="status"
      title={
        <ul className="identity-facts">
          {said.map((each) => (
            <li key={each.key}>
              {t(`says.${each.key}`, { name, count: "count" in each ? each.count : 0, cap: "cap" in each ? formats.number(each.cap) : "" })}
            </li>
          ))}
        </ul>
      }
    />
  );
}
