/** A Chinese address: one pasted line, or its parts. */
import { Input, Space } from "antd";
import { useTranslation } from "react-i18next";
import { DASH } from "@/lib/format";
import type { ControlProps, Kind } from "../types";

type Parts = Record<string, string | null | undefined>;
const PARTS = ["province", "city", "district", "detail"] as const;

function oneLine(value: unknown): string {
  if (!value) return DASH;
  if (typeof value === "string") return value;
  const parts = value as Parts;
  const city = parts.city === parts.province ? "" : (parts.city ?? "");
  const place = `${parts.province ?? ""}${city}${parts.district ?? ""}${parts.detail ?? ""}`;
  return place || parts.text || DASH;
}

function Entry({ id, value, parsed, onChange, invalid, label }: ControlProps) {
  const { t } = useTranslation();
  const known = typeof value === "string" ? parsed : value;
  const parts: Parts = known && typeof known === "object" ? (known as Parts) : {};
  return (
    <Space direction="vertical" style={{ width: "100%" }} size={4}>
      <Input
        id={id}
        aria-label={label}
        placeholder={t("address.paste")}
        value={typeof value === "string" ? value : ""}
        status={invalid ? "error" : ""}
        onChange={(event) => onChange(event.target.value || null)}
      />
      <div className="address">
        {PARTS.map((part) => (
          <Input
            key={part}
            aria-label={`${label} ${t(`address.${part}`)}`}
            placeholder={t(`address.${part}`)}
            value={parts[part] ?? ""}
            status={invalid ? "error" : ""}
            onChange={(event) =>
              onChange({ ...parts, text: null, [part]: event.target.value || null })
            }
          />
        ))}
      </div>
    </Space>
  );
}

export const address: Kind = {
  cell: ({ value }) => oneLine(value),
  control: (props) => <Entry {...props} />,
  operators: ["is_blank", "not_blank"],
  wide: true,
};
