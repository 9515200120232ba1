/** The filter builder's model and its formula text; what it did not write it shows as text. */

export interface Condition {
  field: string;
  op: string;
  value: string;
}

export interface FilterModel {
  join: "AND" | "OR";
  conditions: Condition[];
}

const quote = (text: string) => `"${text.replace(/"/g, '""')}"`;
const NUMERIC = new Set(["number", "money", "percent", "integer"]);

function literal(kind: string, value: string): string {
  // what is no number goes as text, so that the server says what is wrong with it
  if (NUMERIC.has(kind) && /^-?\d+(\.\d+)?$/.test(value.trim())) return value.trim();
  if (kind === "boolean") return value === "true" ? "TRUE" : "FALSE";
  return quote(value);
}

const SIGNS: Record<string, string> = { eq: "=", ne: "<>", lt: "<", le: "<=", gt: ">", ge: ">=" };

export function conditionText(condition: Condition, kind: string): string {
  const { field, op, value } = condition;
  if (op === "is_blank") return `ISBLANK(${field})`;
  if (op === "not_blank") return `NOT ISBLANK(${field})`;
  if (op === "contains") return `CONTAINS(${field}, ${quote(value)})`;
  if (op === "not_contains") return `NOT CONTAINS(${field}, ${quote(value)})`;
  if (op === "starts_with") return `STARTSWITH(${field}, ${quote(value)})`;
  if (op === "in" || op === "not_in") {
    const items = value.split("|").map((one) => literal(kind, one));
    const text = `${field} IN (${items.join(", ")})`;
    return op === "in" ? text : `NOT ${text}`;
  }
  return `${field} ${SIGNS[op] ?? "="} ${literal(kind, value)}`;
}

export function filterText(model: FilterModel, kinds: Record<string, string>): string {
  return model.conditions
    .filter((one) => one.field && (one.value !== "" || one.op.endsWith("blank")))
    .map((one) => conditionText(one, kinds[one.field] ?? "text"))
    .join(` ${model.join} `);
}

/** Several filters that must all hold. */
export function allOf(...filters: (string | undefined)[]): string | undefined {
  const given = filters.filter((one): one is string => Boolean(one?.trim()));
  if (given.length <= 1) return given[0];
  return given.map((one) => `(${one})`).join(" AND ");
}

export function encodeModel(model: FilterModel): string {
  return JSON.stringify(model);
}

export function decodeModel(text: string | undefined): FilterModel {
  const empty: FilterModel = { join: "AND", conditions: [] };
  if (!text) return empty;
  try {
    const found = JSON.parse(text) as FilterModel;
    return Array.isArray(found.conditions) ? { ...empty, ...found } : empty;
  } catch {
    return empty;
  }
}
