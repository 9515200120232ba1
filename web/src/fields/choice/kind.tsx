/** One or several of the options. */
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Option } from "@/api/types";
import { DASH } from "@/lib/format";
import { labelOf } from "@/lib/label";
import { StateDot } from "@/ui/state-dot";
import type { CellProps, ControlProps, Kind } from "../types";

function optionOf(options: Option[] | undefined, key: unknown): Option {
  const found = options?.find((one) => one.key === key);
  return found ?? { key: String(key), label: { "zh-CN": String(key) } };
}

function Cell({ field, value }: CellProps) {
  const keys = Array.isArray(value) ? value : value ? [value] : [];
  if (keys.length === 0) return DASH;
  return (
    <>
      {keys.map((key) => (
        <span key={String(key)} style={{ marginRight: 8 }}>
          <StateDot option={optionOf(field.options, key)} />
        </span>
      ))}
    </>
  );
}

const MANY = 10;

function Picker({ id, field, value, onChange, invalid, label, autoFocus }: ControlProps) {
  const { t } = useTranslation();
  const many = field.kind === "multi_choice";
  const [search, setSearch] = useState("");
  const options = (field.options ?? [])
    .filter((one) => !one.archived)
    .map((one) => ({ value: one.key, label: labelOf(one.label) }));
  return (
    <Select
      id={id}
      aria-label={label}
      placeholder={t("common.pick")}
      allowClear
      // a long list is searched; Tab takes the marked option, and passes by without a search
      {...(options.length > MANY
        ? { showSearch: { optionFilterProp: "label", onSearch: setSearch } }
        : {})}
      defaultActiveFirstOption={search !== ""}
      autoFocus={autoFocus ?? false}
      style={{ width: "100%" }}
      {...(many ? { mode: "multiple" as const } : {})}
      value={(value as string | string[] | null) ?? (many ? [] : null)}
      status={invalid ? "error" : ""}
      onChange={(next) => onChange(next ?? null)}
      options={options}
    />
  );
}

export const choice: Kind = {
  cell: (props) => <Cell {...props} />,
  control: (props) => <Picker {...props} />,
  operators: ["in", "eq", "ne", "is_blank", "not_blank"],
};
export const multiChoice: Kind = { ...choice, operators: ["contains", "is_blank", "not_blank"] };
