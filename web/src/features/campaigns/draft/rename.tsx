import { EditOutlined } from "@ant-design/icons";
import { Button, Input, Popover, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  name: string;
  onRename: (name: string) => void;
}

/** Beside the title: gives the campaign another name. */
export function Rename({ name, onRename }: Props) {
  const { t } = useTranslation("campaigns");
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      open={isOpen}
      onOpenChange={setOpen}
      destroyOnHidden
      content={
        <section aria-label={t("name.change")}>
          <Input
            autoFocus
            defaultValue={name}
            maxLength={200}
            aria-label={t("name.label")}
            style={{ width: 320 }}
            onChange={(event) => event.target.value.trim() && onRename(event.target.value)}
            onPressEnter={() => setOpen(false)}
          />
        </section>
      }
    >
      <Tooltip title={t("name.change")}>
        <Button type="text" size="small" icon={<EditOutlined />} aria-label={t("name.change")} />
      </Tooltip>
    </Popover>
  );
}
