import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Flex, Input, Modal, Spin, Typography, theme } from "antd";
import { type KeyboardEvent, type ReactNode, useDeferredValue, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { useMe } from "@shared/session";
import { NAVIGATION } from "./navigation";

interface Hit {
  key: string;
  kind: "place" | "person" | "account" | "audience" | "tag" | "campaign";
  label: string;
  icon?: ReactNode;
  to: string;
}

const FEW = 5;

/** What of the workspace goes by this name, for those who may see it. One list that fails does not hide the others. */
async function find(search: string, scopes: string[], signal: AbortSignal): Promise<Hit[]> {
  const query = { search, limit: FEW };
  const lists: [string, () => Promise<Hit[]>][] = [
    ["profiles:read", async () => {
      const { data } = await api.GET("/api/v1/profiles", { params: { query }, signal });
      return (data?.items ?? []).map(({ id, identifiers }) => ({ key: id, kind: "person", label: identifiers.map((each) => each.value).slice(0, 2).join(" · ") || id, to: `/people/${id}` }));
    }],
    ["profiles:read", async () => {
      const { data } = await api.GET("/api/v1/accounts", { params: { query }, signal });
      return (data?.items ?? []).map(({ id, account_id, name }) => ({ key: id, kind: "account", label: name ?? account_id, to: `/accounts/${id}` }));
    }],
    ["audiences:read", async () => {
      const { data } = await api.GET("/api/v1/audiences", { params: { query }, signal });
      return (data?.items ?? []).map(({ id, name }) => ({ key: id, kind: "audience", label: name, to: `/audiences/${id}` }));
    }],
    ["tags:read", async () => {
      const { data } = await api.GET("/api/v1/tags", { params: { query }, signal });
      return (data?.items ?? []).map(({ id, name }) => ({ key: id, kind: "tag", label: name, to: `/tags/${id}` }));
    }],
    ["campaigns:read", async () => {
      const { data } = await api.GET("/api/v1/campaigns", { params: { query: { limit: 100 } }, signal });
      const wanted = search.toLowerCase();
      const found = (data?.items ?? []).filter(({ name }) => name.toLowerCase().includes(wanted)).slice(0, FEW);
      return found.map(({ id, name }) => ({ key: id, kind: "campaign", label: name, to: `/campaigns/${id}` }));
    }],
  ];
  const found = await Promise.allSettled(lists.filter(([scope]) => scopes.includes(scope)).map(([, load]) => load()));
  return found.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
}

/** Everything by its name: screens, people, accounts, audiences, tags, campaigns. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("app");
  const { token } = theme.useToken();
  const { scopes } = useMe();
  const navigate = useNavigate();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const wanted = useDeferredValue(typed.trim());
  const { data, isFetching } = useQuery({
    queryKey: ["palette", wanted],
    queryFn: ({ signal }) => find(wanted, scopes, signal),
    enabled: wanted.length > 1,
    placeholderData: (before) => before,
  });
  const places: Hit[] = NAVIGATION.flatMap((group) => group.places)
    .filter((place) => !place.scope || scopes.includes(place.scope))
    .map((place) => ({ key: place.key, kind: "place" as const, label: t(`place.${place.key}`), icon: place.icon, to: place.to }))
    .filter((place) => `${place.label} ${place.key}`.toLowerCase().includes(wanted.toLowerCase()));
  const hits = [...places, ...(wanted.length > 1 ? (data ?? []) : [])];
  const current = Math.min(at, hits.length - 1);

  const open = (hit: Hit | undefined) => {
    if (!hit) return;
    onClose();
    void navigate({ to: hit.to });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return; // Enter that chooses a Chinese character is not ours
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && hits.length) setAt((current + step + hits.length) % hits.length);
    else if (event.key === "Enter") open(hits[current]);
    else return;
    event.preventDefault();
  };

  return (
    <Modal open onCancel={onClose} footer={null} closable={false} width={560} style={{ top: 80 }} title={<span className="visually-hidden">{t("palette.title")}</span>}>
      <Input
        autoFocus
        size="large"
        variant="borderless"
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={hits[current] ? `${id}-${current}` : undefined}
        aria-label={t("palette.hint")}
        placeholder={t("palette.hint")}
        suffix={isFetching ? <Spin size="small" /> : undefined}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={id} role="listbox" aria-label={t("palette.title")} style={{ maxHeight: "50vh", overflow: "auto" }}>
        {hits.map((hit, index) => (
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are the field's
          <div
            key={hit.kind + hit.key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            onClick={() => open(hit)}
            onMouseMove={() => setAt(index)}
            style={{ padding: "7px 12px", borderRadius: token.borderRadius, cursor: "pointer", background: index === current ? token.controlItemBgActive : undefined }}
          >
            <Flex justify="space-between" gap={12}>
              <span>{hit.icon} {hit.label}</span>
              <Typography.Text type="secondary">{t(`palette.kind.${hit.kind}`)}</Typography.Text>
            </Flex>
          </div>
        ))}
        {hits.length === 0 && !isFetching && <Typography.Paragraph type="secondary" style={{ padding: 12 }}>{t("palette.none")}</Typography.Paragraph>}
      </div>
    </Modal>
  );
}
