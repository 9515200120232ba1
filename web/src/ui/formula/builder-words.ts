/** What the operators of the builder are called. */
import type { Field } from "@/api/types";
import { kindName } from "./model";

/** The operator's name: of dates, less is before. */
export function operatorText(op: string, field: Field): string {
  const day = ["date", "datetime"].includes(kindName(field));
  return day && ["lt", "le", "gt", "ge"].includes(op) ? `op.day_${op}` : `op.${op}`;
}
