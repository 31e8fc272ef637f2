import { useDroppable } from "@dnd-kit/core";
import { useTranslation } from "react-i18next";
import { slotId } from "./drag";

interface Props {
  groupId: string;
  index: number;
  /** The word between two conditions. */
  connector?: "all" | "any";
}

/** Between two conditions: says how they are joined, and takes what is dropped there. */
export function Slot({ groupId, index, connector }: Props) {
  const { t } = useTranslation("rules");
  const { setNodeRef, isOver } = useDroppable({ id: slotId(groupId, index), data: { groupId, index } });
  return (
    <div ref={setNodeRef} className={isOver ? "rule-slot rule-slot-over" : "rule-slot"}>
      {connector && <span>{t(`connector.${connector}`)}</span>}
    </div>
  );
}
