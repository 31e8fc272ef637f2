import { Form, Select } from "antd";
import { useTranslation } from "react-i18next";
import { badOrigins, originOf } from "./origins";

/** Which web sites may send; none given means any. A part of a form, under the name `allowed_origins`. */
export function OriginsField() {
  const { t } = useTranslation("sources");
  return (
    <Form.Item
      name="allowed_origins"
      label={t("origins.label")}
      extra={t("origins.extra")}
      normalize={(values: string[]) => [...new Set(values.map(originOf))]}
      rules={[
        {
          validator: (_, values: string[] = []) =>
            badOrigins(values).length > 0 ? Promise.reject(new Error(t("origins.bad", { origin: badOrigins(values)[0] }))) : Promise.resolve(),
        },
      ]}
    >
      {/* An example is the same in every language. */}
      {/* eslint-disable-next-line no-restricted-syntax */}
      <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[" ", ",", "\n"]} placeholder="https://shop.example" />
    </Form.Item>
  );
}
