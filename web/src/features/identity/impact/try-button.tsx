import { useNavigate } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { Button, type ButtonProps } from "antd";
import { useState } from "react";
import { api } from "@shared/api/client";
import { useTell } from "@shared/ui/use-tell";

/** Begins to find out what a version would change, and leads there. */
export function useTry() {
  const tell = useTell();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [isPending, setPending] = useState(false);
  const start = async (version: number) => {
    setPending(true);
    try {
      const { data } = await api.POST("/api/v1/identity/what-if", { body: { version } });
      await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] === "/api/v1/identity/runs" });
      await navigate({ to: "/identity", search: { tab: "impact", run: data?.run_id } });
    } catch (thrown) {
      tell.failed(thrown);
    } finally {
      setPending(false);
    }
  };
  return { start, isPending };
}

/** The button that does it. */
export function TryButton({ version, label, ...looks }: { version: number; label: string } & Pick<ButtonProps, "size" | "type" | "icon" | "disabled">) {
  const { start, isPending } = useTry();
  return <Button {...looks} loading={isPending} onClick={() => void start(version)}>{label}</Button>;
}
