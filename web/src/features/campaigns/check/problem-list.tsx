import { CheckCircleFilled, CloseCircleFilled, ExclamationCircleFilled, RightOutlined } from "@ant-design/icons";
import { Button, Flex, Typography, theme } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import type { GoTo } from "../draft/editor";
import { whereOf } from "../draft/place";

export type CheckProblem = Schema<"CheckProblemOut">;

interface Props {
  problems: readonly CheckProblem[];
  goTo: GoTo;
  /** Names the arm of a problem, by its index. */
  armName?: (index: number) => string | undefined;
}

/** What to mend and what to know, each a way to its place. */
export function ProblemList({ problems, goTo, armName }: Props) {
  const { t } = useTranslation("campaigns");
  const { token } = theme.useToken();
  if (problems.length === 0)
    return <Typography.Text><CheckCircleFilled style={{ color: token.colorSuccess }} /> {t("problem.none")}</Typography.Text>;
  const sorted = [...problems].sort((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning"));
  return (
    <Flex vertical gap={6} role="list">
      {sorted.map((problem, index) => {
        const { step, arm } = whereOf(problem.path);
        const isError = problem.severity === "error";
        const name = arm === null ? undefined : armName?.(arm);
        return (
          <Flex key={`${problem.code}${problem.path}${index}`} role="listitem" gap={8} align="start">
            {isError
              ? <CloseCircleFilled aria-label={t("problem.error")} style={{ color: token.colorError, marginTop: 4 }} />
              : <ExclamationCircleFilled aria-label={t("problem.warning")} style={{ color: token.colorWarning, marginTop: 4 }} />}
            <div style={{ flex: 1, minWidth: 0 }}>
              <Typography.Text>{problem.message}</Typography.Text>{" "}
              <Typography.Text type="secondary">{problem.cure}</Typography.Text>
            </div>
            <Button size="small" type="link" icon={<RightOutlined />} iconPlacement="end" onClick={() => goTo(problem.path, problem)}>
              {name ? t("problem.toArm", { step: t(`step.${step}`), name }) : t(`step.${step}`)}
            </Button>
          </Flex>
        );
      })}
    </Flex>
  );
}
