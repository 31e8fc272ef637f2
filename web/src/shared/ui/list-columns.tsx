import { SettingOutlined } from "@ant-design/icons";
import { Button, Checkbox, Flex, Popover, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ownStore } from "../session/browser-store";

interface Column {
  key: string;
  title: string;
  isExtra?: boolean;
}

/** Which columns a list shows; remembered in this browser for the user. */
export function useShownColumns(name: string, columns: Column[]) {
  const place = `columns.${name}`;
  const [chosen, setChosen] = useState(() => ownStore.readJson<string[] | null>(place, null));
  const shown = chosen ?? columns.filter((column) => !column.isExtra).map((column) => column.key);
  const choose = (keys: string[]) => {
    ownStore.write(place, JSON.stringify(keys));
    setChosen(keys);
  };
  return { shown, choose };
}

interface Props {
  columns: Column[];
  shown: string[];
  onChoose: (keys: string[]) => void;
}

export function ColumnChooser({ columns, shown, onChoose }: Props) {
  const { t } = useTranslation();
  const choices = (
    <Checkbox.Group
      value={shown}
      // The first column names the row: without it nobody knows what the row is.
      options={columns.map((column, index) => ({ value: column.key, label: column.title, disabled: index === 0 }))}
      onChange={(keys) => onChoose(columns.map((column) => column.key).filter((key) => keys.includes(key)))}
    />
  );
  return (
    <Popover trigger="click" placement="bottomRight" content={<Flex component="section" aria-label={t("list.columns")} vertical style={{ maxWidth: 320 }}>{choices}</Flex>}>
      <Tooltip title={t("list.columns")}>
        <Button icon={<SettingOutlined />} aria-label={t("list.columns")} />
      </Tooltip>
    </Popover>
  );
}
