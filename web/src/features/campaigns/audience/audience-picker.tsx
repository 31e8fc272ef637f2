import { Flex, Select, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { ProblemView } from "@shared/ui/problem-view";

interface Props {
  value: string | null;
  /** Its name, known also when the search does not find it. */
  name: string | undefined;
  isBusy?: boolean;
  onChange: (id: string) => void;
}

/** A field to search the audiences and choose one. */
export function AudiencePicker({ value, name, isBusy = false, onChange }: Props) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const [typed, setTyped] = useState("");
  const [search, setSearch] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.trim()), 300);
    return () => clearTimeout(timer);
  }, [typed]);
  const query = hooks.useQuery("get", "/api/v1/audiences", { params: { query: { search, limit: 50 } } }, { placeholderData: (last) => last });
  if (query.error && !query.data) return <ProblemView problem={query.error} onRetry={() => void query.refetch()} />;

  const found = query.data?.items ?? [];
  const options = found.map((audience) => ({
    value: audience.id,
    label: audience.name,
    size: audience.size === null ? t("audience.notComputed") : t("audience.people", { count: audience.size, number: formats.number(audience.size) }),
    freshness: audience.refreshed_at ? formats.relative(audience.refreshed_at) : "",
  }));
  if (value && !found.some((audience) => audience.id === value)) options.push({ value, label: name ?? value, size: "", freshness: "" });
  return (
    <Select
      value={value}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={query.isFetching || isBusy}
      disabled={isBusy}
      placeholder={t("audience.choose")}
      aria-label={t("audience.choose")}
      style={{ width: "100%" }}
      options={options}
      notFoundContent={query.isPending ? null : t("audience.noneFound")}
      optionRender={({ data }) => (
        <Flex justify="space-between" gap={12}>
          <Typography.Text ellipsis>{data.label}</Typography.Text>
          <Typography.Text type="secondary" style={{ whiteSpace: "nowrap" }}>{[data.size, data.freshness].filter(Boolean).join(" · ")}</Typography.Text>
        </Flex>
      )}
      onChange={onChange}
    />
  );
}
