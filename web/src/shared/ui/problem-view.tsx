import { Alert, Button, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { OFFLINE, asProblem } from "../api/problem";
import { CopyButton } from "./copy-button";
import { EmptyState } from "./empty-state";

interface Props {
  problem: unknown;
  onRetry?: () => void;
  /** In a sentence above the cause: what could not be done. */
  title?: string;
}

/** What went wrong and how to mend it, with the request's id to report. */
export function ProblemView({ problem: thrown, onRetry, title }: Props) {
  const { t } = useTranslation();
  const problem = asProblem(thrown);
  if (problem.status === 403)
    return (
      <EmptyState title={t("problem.forbidden")} hint={problem.cure ?? t("problem.forbiddenCure")} />
    );
  const cause = problem.status === OFFLINE ? t("problem.offline") : problem.message || problem.title || t("problem.unknown");
  const cure = problem.status === OFFLINE ? t("problem.offlineCure") : problem.cure;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={title ?? cause}
      description={
        <Flex vertical gap={4} align="start">
          {title && <span>{cause}</span>}
          {cure && <span>{cure}</span>}
          {problem.errors.length > 1 && (
            <ul style={{ margin: 0, paddingInlineStart: 18 }}>
              {problem.errors.map((each) => (
                <li key={each.path + each.message}>
                  <Typography.Text code>{each.path}</Typography.Text> {each.message}
                </li>
              ))}
            </ul>
          )}
          <Flex gap={8} align="center" wrap>
            {onRetry && <Button size="small" onClick={onRetry}>{t("action.retry")}</Button>}
            {problem.requestId && (
              <Typography.Text type="secondary" style={{ fontSize: 12 }}>
                {t("problem.requestId")} <span className="mono">{problem.requestId}</span>{" "}
                <CopyButton text={problem.requestId} />
              </Typography.Text>
            )}
          </Flex>
        </Flex>
      }
    />
  );
}
