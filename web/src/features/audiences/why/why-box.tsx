import { EyeOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Alert, Button, Flex, Input, Tooltip, Typography } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "@shared/names";
import { type Schema, api } from "@shared/api/client";
import { PersonLink } from "@shared/people/person-link";
import { WhyTree } from "@shared/people/why-tree";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { QueryView } from "@shared/ui/query-view";

export type Why = Schema<"WhyOut">;

export interface Answer {
  why: Why;
  /** Beside whether the rule holds: what the last computation found. */
  more?: ReactNode;
}

interface Props {
  person: string | undefined;
  onPerson: (person: string | undefined) => void;
  /** Identifies the rule in the cache. */
  queryKey: unknown[];
  ask: (profileId: string, reveal: boolean, signal: AbortSignal) => Promise<Answer>;
  /** The rule has mistakes: nobody can be asked about. */
  isBlocked?: boolean;
}

/** Why is somebody (not) in it? Takes any identifier, written in any usual way. */
export function WhyBox({ person, onPerson, queryKey, ask, isBlocked = false }: Props) {
  const { t } = useTranslation("audiences");
  const [typed, setTyped] = useState(person ?? "");
  const found = useQuery({
    queryKey: ["people to ask about", person],
    queryFn: async ({ signal }) => {
      const { data } = await api.GET("/api/v1/profiles", { params: { query: { search: person ?? "", limit: 6 } }, signal });
      return data;
    },
    enabled: Boolean(person),
  });
  return (
    <Flex vertical gap={10}>
      <Input.Search
        value={typed}
        allowClear
        placeholder={t("why.placeholder")}
        aria-label={t("why.placeholder")}
        enterButton={t("why.ask")}
        onChange={(event) => setTyped(event.target.value)}
        onSearch={(text) => onPerson(text.trim() || undefined)}
      />
      {!person && <Typography.Text type="secondary">{t("why.hint")}</Typography.Text>}
      {person && isBlocked && <Alert type="info" showIcon title={t("why.blocked")} />}
      {person && !isBlocked && (
        <QueryView query={found}>
          {(data) => {
            const [first, ...others] = data?.items ?? [];
            if (!first) return <EmptyState title={t("why.nobody")} hint={data?.note ?? t("why.nobodyHint")} />;
            if (others.length > 0) return <Several people={[first, ...others]} onChoose={(id) => { setTyped(id); onPerson(id); }} />;
            return <Explained key={first.id} id={first.id} name={first.display_name} queryKey={queryKey} ask={ask} />;
          }}
        </QueryView>
      )}
    </Flex>
  );
}

/** Whether something in it is masked. */
const hides = (why: Why): boolean => why.is_hidden || why.parts.some(hides);

function Several({ people, onChoose }: { people: { id: string; display_name: string | null }[]; onChoose: (id: string) => void }) {
  const names = useNames();
  const { t } = useTranslation("audiences");
  return (
    <Flex vertical gap={4} align="start">
      <Typography.Text type="secondary">{t("why.several")}</Typography.Text>
      {people.map((each) => (
        <Button key={each.id} type="link" size="small" onClick={() => onChoose(each.id)}>{each.display_name ?? `${names.anonymous} ${each.id}`}</Button>
      ))}
    </Flex>
  );
}

interface ExplainedProps {
  id: string;
  name: string | null;
  queryKey: unknown[];
  ask: Props["ask"];
}

function Explained({ id, name, queryKey, ask }: ExplainedProps) {
  const { t, i18n } = useTranslation("audiences");
  const mayReveal = useMay("profiles:reveal");
  const [isRevealed, setRevealed] = useState(false);
  const query = useQuery({
    queryKey: ["why", i18n.language, id, isRevealed, ...queryKey],
    queryFn: ({ signal }) => ask(id, isRevealed, signal),
    retry: false,
    gcTime: isRevealed ? 0 : 60_000, // what was revealed is not kept
    placeholderData: keepPreviousData,
  });
  return (
    <QueryView query={query}>
      {({ why, more }) => (
        <Flex vertical gap={10} aria-live="polite">
          <Flex gap={8} align="center" wrap>
            <PersonLink id={id} label={name} />
            <Typography.Text strong>{t(`why.${why.holds === null ? "unknown" : why.holds ? "in" : "out"}`)}</Typography.Text>
          </Flex>
          {more}
          {mayReveal && !isRevealed && hides(why) && (
            <Tooltip title={t("why.revealHint")}>
              <Button size="small" icon={<EyeOutlined />} style={{ alignSelf: "start" }} onClick={() => setRevealed(true)}>{t("why.reveal")}</Button>
            </Tooltip>
          )}
          <WhyTree why={why} />
        </Flex>
      )}
    </QueryView>
  );
}
