import { Alert, Button, Flex, Input, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { CopyButton } from "@shared/ui/copy-button";

interface Props {
  title: string;
  hint: string;
  /** Shown this once; nothing is open without it. */
  secret: string | undefined;
  onClose: () => void;
}

/** A password or token that cannot be shown again. */
export function SecretDialog({ title, hint, secret, onClose }: Props) {
  const { t } = useTranslation("settings");
  return (
    <Modal
      open={secret !== undefined}
      title={title}
      closable={false}
      mask={{ closable: false }}
      keyboard={false}
      footer={<Button type="primary" onClick={onClose}>{t("secret.kept")}</Button>}
      destroyOnHidden
    >
      <Flex vertical gap={12}>
        <Alert type="warning" showIcon title={t("secret.once")} description={hint} />
        <Flex gap={8} align="center">
          <Input readOnly className="mono" value={secret} aria-label={title} onFocus={(event) => event.target.select()} />
          <CopyButton text={secret ?? ""} label={t("secret.copy")} />
        </Flex>
      </Flex>
    </Modal>
  );
}
