import { PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Switch, Table, Tag, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useNames } from "@shared/names";
import { Panel } from "@shared/ui/panel";
import { identityRoute } from "../routes";
import { ChangedTag } from "./changed-tag";
import { type IdType, freeName, newType } from "./model";
import type { PartProps } from "./part";
import { TypeDrawer } from "./type-drawer";

/** Types of identifiers, the most trusted first. */
export function TypesPanel({ rules, work, mayWrite }: PartProps) {
  const { t } = useTranslation("identity");
  const names = useNames();
  const { type: open } = identityRoute.useSearch();
  const navigate = identityRoute.useNavigate();
  const show = (type: string | undefined) => void navigate({ search: (now) => ({ ...now, type }), replace: true });
  const write = (name: string, part: Partial<IdType>) => work.edit({ types: rules.types.map((each) => (each.name === name ? { ...each, ...part } : each)) });
  const add = () => {
    const type = newType(freeName("my_id", [...rules.types, ...rules.composites].map((each) => each.name)));
    work.edit({ types: [...rules.types, type] });
    show(type.name);
  };
  const opened = rules.types.find((each) => each.name === open);
  return (
    <Panel flush title={t("types.title")} extra={<Button size="small" icon={<PlusOutlined />} disabled={!mayWrite} onClick={add}>{t("types.add")}</Button>}>
      <Table<IdType>
        size="small"
        pagination={false}
        rowKey="name"
        dataSource={rules.types.toSorted((one, other) => one.priority - other.priority)}
        scroll={{ x: "max-content" }}
        columns={[
          {
            title: t("types.name"), key: "name",
            render: (_, type) => (
              <Flex gap={6} align="center">
                <Button type="link" size="small" style={{ padding: 0 }} onClick={() => show(type.name)}>{names.identifier(type.name)}</Button>
                {names.identifier(type.name) !== type.name && <Typography.Text type="secondary" className="mono" style={{ fontSize: 12 }}>{type.name}</Typography.Text>}
                <ChangedTag changes={work.changes} part="type" name={type.name} />
              </Flex>
            ),
          },
          { title: t("types.priority"), key: "priority", align: "right", className: "numeric", dataIndex: "priority" },
          { title: t("types.normaliser"), key: "normaliser", render: (_, type) => t(`normaliser.${type.normaliser}`) },
          { title: t("types.limit"), key: "limit", render: (_, type) => t(`limit.${type.window}`, { count: type.limit }) },
          { title: t("types.cap"), key: "cap", render: (_, type) => (type.degree_cap === null ? t("types.noCap") : t("types.capOf", { cap: type.degree_cap })) },
          {
            title: t("types.nature"), key: "nature",
            render: (_, type) => <Tag variant="filled">{t(type.is_shared ? "types.shared" : type.is_unique ? "types.unique" : "types.notUnique")}</Tag>,
          },
          {
            title: t("types.blocked"), key: "blocked",
            render: (_, type) => {
              const count = type.blocked.length + type.blocked_patterns.length;
              return count ? <Tooltip title={[...type.blocked, ...type.blocked_patterns].slice(0, 12).join(", ")}><span tabIndex={-1}>{t("types.blockedCount", { count })}</span></Tooltip> : <Typography.Text type="secondary">{t("types.blockedUsual")}</Typography.Text>;
            },
          },
          {
            title: t("types.inUse"), key: "enabled",
            render: (_, type) => <Switch size="small" checked={type.is_enabled} disabled={!mayWrite} aria-label={t("types.inUseOf", { name: names.identifier(type.name) })} onChange={(isOn) => write(type.name, { is_enabled: isOn })} />,
          },
        ]}
      />
      <TypeDrawer
        key={open}
        type={opened}
        isBuiltIn={work.builtInTypes.some((each) => each.name === opened?.name)}
        standard={work.builtInTypes.find((each) => each.name === opened?.name)}
        taken={[...rules.types, ...rules.composites].map((each) => each.name).filter((name) => name !== open)}
        mayWrite={mayWrite}
        onClose={() => show(undefined)}
        onChange={(part) => {
          if (!opened) return;
          write(opened.name, part);
          if (part.name) show(part.name);
        }}
        onRemove={() => {
          work.edit({ types: rules.types.filter((each) => each.name !== open) });
          show(undefined);
        }}
      />
    </Panel>
  );
}
