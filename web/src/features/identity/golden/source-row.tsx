import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined, HolderOutlined } from "@ant-design/icons";
import { useSortable } from "@dnd-kit/sortable";
import { CSS } from "@dnd-kit/utilities";
import { Button, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";

interface Props {
  id: string;
  name: string;
  index: number;
  count: number;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

/** A source at its place in the order. */
export function SourceRow({ id, name, index, count, onMove, onRemove }: Props) {
  const { t } = useTranslation("identity");
  const { setNodeRef, setActivatorNodeRef, listeners, transform, transition, isDragging, attributes: { role: _role, ...attributes } } = useSortable({ id });
  return (
    <li ref={setNodeRef} className="identity-step" style={{ transform: CSS.Translate.toString(transform), transition, ...(isDragging ? { position: "relative", zIndex: 2 } : {}) }}>
      <Tooltip title={t("waterfall.drag.hint")}>
        <Button ref={setActivatorNodeRef} type="text" size="small" icon={<HolderOutlined />} aria-label={t("waterfall.drag.handle", { name })} style={{ cursor: "grab", touchAction: "none" }} {...attributes} {...listeners} />
      </Tooltip>
      <Typography.Text type="secondary" className="numeric">{index + 1}</Typography.Text>
      <Typography.Text className="identity-step-words" ellipsis={{ tooltip: name }}>{name}</Typography.Text>
      <Button type="text" size="small" icon={<ArrowUpOutlined />} disabled={index === 0} aria-label={t("waterfall.up", { name })} onClick={() => onMove(-1)} />
      <Button type="text" size="small" icon={<ArrowDownOutlined />} disabled={index === count - 1} aria-label={t("waterfall.down", { name })} onClick={() => onMove(1)} />
      <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t("golden.order.remove", { name })} onClick={onRemove} />
    </li>
  );
}
