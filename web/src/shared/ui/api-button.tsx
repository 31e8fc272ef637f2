import { ApiOutlined } from "@ant-design/icons";
import { Button, Popover, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { basePath } from "../routing/base";
import { CodeBlock } from "./code-block";

interface Props {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Below `/api/v1`, such as `/audiences/aud_1`. */
  path: string;
  body?: unknown;
}

/** A call of the API as curl makes it. */
export function apiCall(method: Props["method"], path: string, body?: unknown): string {
  const lines = [
    `curl ${method === "GET" ? "" : `-X ${method} `}"${new URL(basePath, document.baseURI).href.replace(/\/$/, "")}/api/v1${path}"`,
    '  -H "Authorization: Bearer $TRIBUTARY_TOKEN"',
  ];
  if (body !== undefined) {
    lines.push('  -H "Content-Type: application/json"');
    lines.push(`  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`);
  }
  return lines.join(" \\\n");
}

/** The same as a call of the API, to copy. */
export function ApiButton({ method, path, body }: Props) {
  const { t } = useTranslation();
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <section aria-label={`${method} ${path}`} style={{ width: 520, maxWidth: "80vw" }}>
          <Typography.Paragraph type="secondary">{t("api.hint")}</Typography.Paragraph>
          <CodeBlock code={apiCall(method, path, body)} label={t("api.title")} />
        </section>
      }
    >
      <Button icon={<ApiOutlined />}>{t("api.title")}</Button>
    </Popover>
  );
}
