/** Rows for a spreadsheet: the headings and what the cells say, so that a paste reads them again. */
import type { Field, Line, Refs } from "@/api/types";
import { targetOf } from "@/fields/reference/kind";
import { labelOf } from "@/lib/label";

const NAMED = new Set(["reference", "person", "department"]);

function textOf(app: string, field: Field, value: unknown, refs: Refs): string {
  if (value === null || value === undefined || value === "") return "";
  if (NAMED.has(field.kind))
    return refs[targetOf(field.kind, field.entity, app)]?.[String(value)] ?? "";
  if (field.kind === "choice") {
    const option = field.options?.find((one) => one.key === value);
    return option ? labelOf(option.label) : String(value);
  }
  return typeof value === "object" ? "" : String(value);
}

const quoted = (text: string) =>
  /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

export function copyRows(
  app: string,
  columns: [string, Field][],
  lines: Line[],
  refs: Refs,
): string {
  const rows = lines.map((line) =>
    columns.map(([key, field]) => textOf(app, field, line[key], refs)),
  );
  return [columns.map(([, field]) => labelOf(field.label)), ...rows]
    .map((row) => row.map(quoted).join("\t"))
    .join("\n");
}
