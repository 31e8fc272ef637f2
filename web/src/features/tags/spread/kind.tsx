import { FunctionOutlined, OrderedListOutlined } from "@ant-design/icons";
import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import type { Kind } from "../model/definition";

export const KindIcon = ({ kind }: { kind: Kind }) => (kind === "rule" ? <OrderedListOutlined aria-hidden /> : <FunctionOutlined aria-hidden />);

/** The kind of a tag, explained on hover. */
export function KindSign({ kind }: { kind: Kind }) {
  const { t } = useTranslation("tags");
  return (
    <Tooltip title={t(`kindHint.${kind}`)}>
      <span style={{ whiteSpace: "nowrap" }}><KindIcon kind={kind} /> {t(`kind.${kind}`)}</span>
    </Tooltip>
  );
}
