import { DownloadOutlined, FileTextOutlined, UploadOutlined } from "@ant-design/icons";
import { Button, Drawer, Flex, Input, Segmented, Typography, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "@tanstack/react-query";
import { api } from "@shared/api/client";
import { useMay } from "@shared/session";
import { CodeBlock } from "@shared/ui/code-block";
import { ProblemView } from "@shared/ui/problem-view";
import { QueryView } from "@shared/ui/query-view";
import { useTell } from "@shared/ui/use-tell";
import type { Work } from "./use-work";

const FILE = "identity-rules.yaml";

function download(text: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/yaml" }));
  link.download = FILE;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The rules as a file: to read, to keep beside other settings, and to bring in. */
export function YamlButton({ work }: { work: Work }) {
  const { t } = useTranslation("identity");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon={<FileTextOutlined />} onClick={() => setOpen(true)}>{t("yaml.open")}</Button>
      <Drawer open={isOpen} onClose={() => setOpen(false)} title={t("yaml.title")} size={620} destroyOnHidden>
        <Content work={work} onDone={() => setOpen(false)} />
      </Drawer>
    </>
  );
}

function Content({ work, onDone }: { work: Work; onDone: () => void }) {
  const { t } = useTranslation("identity");
  const mayWrite = useMay("identity:write");
  const { place } = work;
  const [side, setSide] = useState<"draft" | "inForce" | "import">(place?.draft ? "draft" : "inForce");
  const version = side === "draft" ? place?.draft?.version : place?.inForce;
  const query = useQuery({
    queryKey: ["identity rules as YAML", version],
    queryFn: async () => (await api.GET("/api/v1/identity/rules.yaml", { params: { query: { version } }, parseAs: "text" })).data ?? "",
    enabled: side !== "import",
  });
  const sides = (["draft", "inForce", "import"] as const).filter((each) => (each === "draft" ? place?.draft : each === "import" ? mayWrite : true));
  return (
    <Flex vertical gap={12}>
      <Segmented value={side} aria-label={t("yaml.which")} style={{ alignSelf: "start" }} options={sides.map((value) => ({ value, label: t(`yaml.${value}`) }))} onChange={setSide} />
      {side === "import" ? (
        <Import work={work} onDone={onDone} />
      ) : (
        <QueryView query={query} rows={12}>
          {(text) => (
            <>
              <Flex><Button icon={<DownloadOutlined />} onClick={() => download(text)}>{t("yaml.download")}</Button></Flex>
              <CodeBlock code={text} label={t("yaml.title")} maxHeight={620} />
            </>
          )}
        </QueryView>
      )}
    </Flex>
  );
}

function Import({ work, onDone }: { work: Work; onDone: () => void }) {
  const { t } = useTranslation("identity");
  const tell = useTell();
  const [text, setText] = useState("");
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const [isSending, setSending] = useState(false);
  const send = async () => {
    setSending(true);
    setProblem(null);
    try {
      const { data } = await api.PUT("/api/v1/identity/rules/draft.yaml", {
        params: { query: { note } }, body: text, bodySerializer: (body) => body, headers: { "Content-Type": "text/yaml" },
      });
      work.revert();
      await work.refresh();
      if (data) tell.done(t("save.done", { version: data.version }));
      onDone();
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setSending(false);
    }
  };
  return (
    <>
      <Typography.Text type="secondary">{t("yaml.importHint")}</Typography.Text>
      {work.isDirty && <Typography.Text type="warning">{t("yaml.importDirty")}</Typography.Text>}
      <Upload
        accept=".yaml,.yml,.json"
        showUploadList={false}
        beforeUpload={(file) => {
          void file.text().then(setText);
          return false;
        }}
      >
        <Button icon={<UploadOutlined />}>{t("yaml.file")}</Button>
      </Upload>
      <Input.TextArea value={text} rows={16} className="mono" aria-label={t("yaml.text")} placeholder={t("yaml.text")} onChange={(event) => setText(event.target.value)} />
      {problem ? <ProblemView problem={problem} /> : null}
      <Flex gap={8}>
        <Input value={note} maxLength={200} placeholder={t("save.note")} aria-label={t("save.note")} onChange={(event) => setNote(event.target.value)} />
        <Button type="primary" disabled={!text.trim()} loading={isSending} onClick={() => void send()}>{t("yaml.keep")}</Button>
      </Flex>
    </>
  );
}
