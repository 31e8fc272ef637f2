import { CopyOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Dropdown, Flex, Segmented, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import type { Arm } from "./model/block";

export type Way = "blocks" | "html";

interface Props {
  /** Those with a message. */
  arms: readonly Arm[];
  arm: Arm;
  onArm: (name: string) => void;
  onAdd: () => void;
  onCopyFrom: (name: string) => void;
  onWay: (way: Way) => void;
}

/** Which version is written, and in which way. */
export function ArmBar({ arms, arm, onArm, onAdd, onCopyFrom, onWay }: Props) {
  const { t } = useTranslation("campaigns");
  const others = arms.filter((each) => each.name !== arm.name);
  return (
    <Flex justify="space-between" gap={10} wrap style={{ marginBottom: 12 }}>
      <Flex gap={8} align="center" wrap>
        <Segmented aria-label={t("arm.which")} value={arm.name} options={arms.map((each) => ({ value: each.name, label: t("arm.named", { name: each.name }) }))} onChange={onArm} />
        <Tooltip title={t("arm.addHint")}>
          <Button icon={<PlusOutlined />} onClick={onAdd}>{t("split.add")}</Button>
        </Tooltip>
        {others.length > 0 && (
          <Dropdown trigger={["click"]} menu={{ items: others.map((each) => ({ key: each.name, label: t("arm.named", { name: each.name }) })), onClick: ({ key }) => onCopyFrom(key) }}>
            <Button icon={<CopyOutlined />}>{t("arm.copyFrom")}</Button>
          </Dropdown>
        )}
      </Flex>
      <Segmented<Way>
        aria-label={t("way.title")}
        value={arm.blocks ? "blocks" : "html"}
        options={[{ value: "blocks", label: t("way.blocks"), tooltip: t("way.blocksHint") }, { value: "html", label: t("way.html"), tooltip: t("way.htmlHint") }]}
        onChange={onWay}
      />
    </Flex>
  );
}
