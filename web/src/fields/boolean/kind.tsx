/** Yes or no. */
import { Checkbox } from "antd";
import { useTranslation } from "react-i18next";
import { DASH } from "@/lib/format";
import type { CellProps, Kind } from "../types";

function Cell({ value }: CellProps) {
  const { t } = useTranslation();
  if (value === null || value === undefined) return DASH;
  return value ? t("common.yes") : t("common.no");
}

export const boolean: Kind = {
  cell: (props) => <Cell {...props} />,
  control: ({ id, value, onChange, label }) => (
    <Checkbox
      id={id}
      aria-label={label}
      checked={value === true}
      onChange={(event) => onChange(event.target.checked)}
    />
  ),
  operators: ["eq"],
};
