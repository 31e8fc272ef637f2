import { useQuery } from "@tanstack/react-query";
import { Button, Flex, Select, Skeleton, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { asJson } from "@shared/rules/check";
import { useSettled } from "@shared/rules/completion";
import type { Rule } from "@shared/rules/wire";
import { ProblemView } from "@shared/ui/problem-view";
import type { Audience } from "./model";
import type { Shown } from "./rule-people";

type Outcome = Schema<"ImpactOut">;
type Against = Outcome["against"];

const WAIT = 700; // milliseconds without typing: the count itself comes first

interface Props {
  audience: Audience;
  rule: Rule;
  onPeople: (shown: Shown) => void;
}

/** Whom the change brings in and whom it takes out. */
export function Impact({ audience, rule, onPeople }: Props) {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  const [against, setAgainst] = useState<Against>("rule");
  const settled = useSettled(rule, WAIT);
  const query = useQuery({
    queryKey: ["impact of a rule", audience.id, audience.version, against, settled],
    queryFn: async ({ signal }) => {
      const { data } = await api.POST("/api/v1/audiences/{audience_id}/impact", {
        params: { path: { audience_id: audience.id } },
        body: { rule: asJson(settled), against, key: `editor of ${audience.id}` },
        signal,
      });
      return data as Outcome;
    },
    staleTime: 60_000,
    retry: false,
  });
  const number = (kind: "gained" | "lost", outcome: Outcome) => (
    <Button
      type="text"
      className="numeric"
      style={{ padding: "0 6px", fontWeight: 600, fontSize: 15 }}
      disabled={outcome[kind] === 0}
      onClick={() => onPeople({ title: t(`impact.${kind}People`), people: kind === "gained" ? outcome.sample_gained : outcome.sample_lost })}
    >
      {t(`impact.${kind}`, { count: outcome[kind], shown: formats.number(outcome[kind]) })}
    </Button>
  );
  return (
    <div role="group" aria-label={t("impact.title")}>
      <Flex justify="space-between" align="center" gap={8}>
        <Typography.Text type="secondary">{t("impact.title")}</Typography.Text>
        <Select<Against>
          size="small"
          variant="borderless"
          value={against}
          aria-label={t("impact.against")}
          popupMatchSelectWidth={false}
          options={(["rule", "members"] as const).map((each) => ({ value: each, label: t(`impact.${each}`, { version: audience.version }) }))}
          onChange={setAgainst}
        />
      </Flex>
      <div aria-live="polite">
        {query.error ? (
          <ProblemView problem={query.error} onRetry={() => void query.refetch()} />
        ) : query.data && settled === rule ? (
          <Flex gap={4} align="baseline">
            {number("gained", query.data)}
            {number("lost", query.data)}
            <Typography.Text type="secondary" style={{ fontSize: 12 }}>
              {t("impact.total", { before: formats.number(query.data.before), after: formats.number(query.data.after) })}
            </Typography.Text>
          </Flex>
        ) : (
          <Skeleton.Input active size="small" />
        )}
      </div>
    </div>
  );
}
