import { DeleteOutlined, StarOutlined } from "@ant-design/icons";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { Button, Divider, Flex, Input, Popover, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ownStore } from "../session/browser-store";

interface View {
  label: string;
  search: Record<string, unknown>;
}

/** Filters under a name, to come back to; kept in this browser for the user. */
export function SavedViews({ name }: { name: string }) {
  const place = `views.${name}`;
  const { t } = useTranslation();
  const navigate = useNavigate();
  const location = useLocation();
  const [views, setViews] = useState(() => ownStore.readJson<View[]>(place, []));
  const [label, setLabel] = useState("");
  const keep = (next: View[]) => {
    ownStore.write(place, JSON.stringify(next));
    setViews(next);
  };
  const { cursor: _cursor, ...search } = location.search as Record<string, unknown>;

  const content = (
    <Flex component="section" aria-label={t("list.views")} vertical gap={4} style={{ width: 260 }}>
      {views.length === 0 && <Typography.Text type="secondary">{t("list.noViews")}</Typography.Text>}
      {views.map((view) => (
        <Flex key={view.label} justify="space-between">
          <Button type="text" size="small" onClick={() => void navigate({ to: location.pathname, search: view.search })}>{view.label}</Button>
          <Button
            type="text"
            size="small"
            icon={<DeleteOutlined />}
            aria-label={t("list.deleteView", { name: view.label })}
            onClick={() => keep(views.filter((each) => each !== view))}
          />
        </Flex>
      ))}
      <Divider style={{ margin: "4px 0" }} />
      <Flex gap={8}>
        <Input size="small" value={label} placeholder={t("list.viewName")} aria-label={t("list.viewName")} onChange={(event) => setLabel(event.target.value)} />
        <Button
          size="small"
          type="primary"
          disabled={!label.trim()}
          onClick={() => {
            keep([...views.filter((view) => view.label !== label.trim()), { label: label.trim(), search }]);
            setLabel("");
          }}
        >
          {t("list.saveView")}
        </Button>
      </Flex>
    </Flex>
  );
  return (
    <Popover trigger="click" placement="bottomRight" content={content}>
      <Tooltip title={t("list.views")}>
        <Button icon={<StarOutlined />} aria-label={t("list.views")} />
      </Tooltip>
    </Popover>
  );
}
