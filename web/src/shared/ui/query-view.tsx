import type { UseQueryResult } from "@tanstack/react-query";
import { Skeleton } from "antd";
import type { ReactNode } from "react";
import { ProblemView } from "./problem-view";

interface Props<Data> {
  query: Pick<UseQueryResult<Data, unknown>, "data" | "error" | "isPending"> & { refetch: () => unknown };
  /** Shown instead of the children when `isEmpty(data)`. */
  empty?: ReactNode;
  isEmpty?: (data: Data) => boolean;
  /** Lines of the placeholder while loading. */
  rows?: number;
  children: (data: Data) => ReactNode;
}

/** What a query answers, or that it is loading, failed, or found nothing. Old data stays while a later call fails. */
export function QueryView<Data>({ query, empty, isEmpty, rows = 4, children }: Props<Data>) {
  if (query.data !== undefined) {
    const isNothing = empty !== undefined && isEmpty?.(query.data);
    return (
      <>
        {query.error ? <ProblemView problem={query.error} onRetry={() => void query.refetch()} /> : null}
        {isNothing ? empty : children(query.data)}
      </>
    );
  }
  if (query.error) return <ProblemView problem={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton active title={false} paragraph={{ rows }} />;
}
