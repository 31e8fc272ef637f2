import { CopyOutlined, DeleteOutlined, EditOutlined } from "@ant-design/icons";
import { Button, Flex, Input, InputNumber, Slider, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";

const ARM_NAME = /^[a-z][a-z0-9_]{0,39}$/;

interface Props {
  name: string;
  /** Other names; none of them may be taken. */
  taken: string[];
  /** In tenths of a percent, and the most that it can be. */
  share: number;
  most: number;
  people: string;
  isOnly: boolean;
  mayCopy: boolean;
  onRename: (name: string) => void;
  onShare: (share: number) => void;
  onEdit: () => void;
  onCopy: () => void;
  onRemove: () => void;
}

/** One version of the message and its share. */
export function ArmRow(props: Props) {
  const { name, taken, share, most, people, isOnly, mayCopy, onRename, onShare, onEdit, onCopy, onRemove } = props;
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const [typed, setTyped] = useState(name);
  const isUsable = ARM_NAME.test(typed) && !taken.includes(typed);
  const give = (value: number | null) => value !== null && onShare(Math.round(value * 10));
  const rename = () => (isUsable ? typed !== name && onRename(typed) : setTyped(name));
  return (
    <Flex gap={10} align="center" wrap role="group" aria-label={t("arm.named", { name })}>
      <Tooltip title={isUsable ? undefined : t("split.nameRule")} open={!isUsable}>
        <Input
          value={typed}
          status={isUsable ? undefined : "error"}
          aria-label={t("split.name", { name })}
          aria-invalid={!isUsable}
          style={{ width: 104 }}
          maxLength={40}
          onChange={(event) => setTyped(event.target.value.trim().toLowerCase())}
          onBlur={rename}
          onPressEnter={rename}
        />
      </Tooltip>
      <Slider
        style={{ flex: 1, minWidth: 120 }}
        min={0}
        max={most / 10}
        step={0.1}
        value={share / 10}
        disabled={isOnly}
        ariaLabelForHandle={t("split.share", { name })}
        tooltip={{ formatter: (value) => formats.percent((value ?? 0) / 100) }}
        onChange={give}
      />
      <InputNumber
        min={0}
        max={most / 10}
        step={1}
        precision={1}
        suffix="%"
        value={share / 10}
        disabled={isOnly}
        aria-label={t("split.share", { name })}
        style={{ width: 92 }}
        onChange={give}
      />
      <Typography.Text type="secondary" className="numeric" style={{ minWidth: 76, textAlign: "end" }}>{people}</Typography.Text>
      <Flex>
        <Tooltip title={t("split.edit")}>
          <Button type="text" icon={<EditOutlined />} aria-label={t("split.editArm", { name })} onClick={onEdit} />
        </Tooltip>
        <Tooltip title={t("split.copy")}>
          <Button type="text" icon={<CopyOutlined />} aria-label={t("split.copyArm", { name })} disabled={!mayCopy} onClick={onCopy} />
        </Tooltip>
        <Tooltip title={t(isOnly ? "split.onlyOne" : "split.remove")}>
          <Button type="text" icon={<DeleteOutlined />} aria-label={t("split.removeArm", { name })} disabled={isOnly} onClick={onRemove} />
        </Tooltip>
      </Flex>
    </Flex>
  );
}
