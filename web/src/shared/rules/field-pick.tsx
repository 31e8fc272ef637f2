import { LockOutlined } from "@ant-design/icons";
import { Flex, Select, Tooltip, theme } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Mark } from "./editor-context";

/** One thing to choose: a field, an event, a tag. */
export interface Choice {
  value: string;
  title: string;
  /** The name in the data, where it differs from the title. */
  name?: string | undefined;
  icon: ReactNode;
  /** How much of it there is. */
  facts?: string | undefined;
  isPersonal?: boolean;
}

export interface ChoiceGroup {
  label: string;
  choices: Choice[];
}

interface Props {
  value: string | null;
  groups: ChoiceGroup[];
  onChoose: (value: string) => void;
  label: string;
  placeholder?: string;
  mark?: Mark;
  prefix?: ReactNode;
  minWidth?: number;
}

const matches = (input: string, choice: Choice) => {
  const text = `${choice.title} ${choice.name ?? ""} ${choice.value}`.toLowerCase();
  return input.toLowerCase().split(/\s+/).every((word) => text.includes(word));
};

/** Chooses from many things by typing a part of their name. */
export function FieldPick({ value, groups, onChoose, label, placeholder, mark, prefix, minWidth = 96 }: Props) {
  const { t } = useTranslation("rules");
  const all = groups.flatMap((group) => group.choices);
  const known = all.find((each) => each.value === value);
  const toOption = (choice: Choice) => ({ value: choice.value, label: choice.title, choice });
  return (
    <Select<string, { value?: string; label: ReactNode; choice?: Choice }>
      value={value || null}
      options={
        groups.length === 1
          ? (groups[0]?.choices ?? []).map(toOption)
          : groups.filter((group) => group.choices.length > 0).map((group) => ({ label: group.label, options: group.choices.map(toOption) }))
      }
      onChange={onChoose}
      aria-label={label}
      placeholder={placeholder ?? label}
      {...(mark ? { status: mark } : {})}
      prefix={prefix ?? known?.icon}
      showSearch={{ filterOption: (input, option) => (option?.choice ? matches(input, option.choice) : false) }}
      optionRender={({ data }) => (data.choice ? <ChoiceLine choice={data.choice} /> : null)}
      labelRender={({ label: shown, value: chosen }) => shown ?? chosen}
      notFoundContent={t("pick.none")}
      popupMatchSelectWidth={480}
      listHeight={320}
      style={{ minWidth, maxWidth: 260 }}
    />
  );
}

function ChoiceLine({ choice }: { choice: Choice }) {
  const { t } = useTranslation("rules");
  const { token } = theme.useToken();
  const faint = { color: token.colorTextDescription, fontSize: 12 };
  return (
    <Flex gap={8} align="baseline" title={choice.name ?? choice.title}>
      <span aria-hidden style={faint}>{choice.icon}</span>
      <span style={{ flex: "none", maxWidth: "62%", overflow: "hidden", textOverflow: "ellipsis" }}>{choice.title}</span>
      {choice.name && choice.name.toLowerCase() !== choice.title.toLowerCase() && (
        <span className="mono" style={{ ...faint, overflow: "hidden", textOverflow: "ellipsis" }}>{choice.name}</span>
      )}
      {choice.isPersonal && (
        <Tooltip title={t("pick.personal")}>
          <LockOutlined aria-label={t("pick.personal")} style={faint} />
        </Tooltip>
      )}
      <span className="numeric" style={{ ...faint, marginInlineStart: "auto", flex: "none" }}>{choice.facts}</span>
    </Flex>
  );
}
