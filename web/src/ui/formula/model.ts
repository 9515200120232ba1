/** The builder's rows over the tree of a formula: what it reads it writes back unchanged. */
import type { Field } from "@/api/types";
import type { Ast, Call, Literal } from "./ast";
import { call, literal, path } from "./ast";

export interface Condition {
  kind: "condition";
  path: string[];
  op: string;
  values: Literal[];
}
/** What the rows cannot express: kept as it is. */
export interface Raw {
  kind: "raw";
  node: Ast;
}
export interface Group {
  kind: "group";
  join: "AND" | "OR";
  items: Item[];
}
export type Item = Condition | Raw | Group;
export type Look = (path: string[]) => Field | undefined;

const SIGNS: Record<string, string> = { eq: "=", ne: "<>", lt: "<", le: "<=", gt: ">", ge: ">=" };
const BY_SIGN = Object.fromEntries(Object.entries(SIGNS).map(([op, sign]) => [sign, op]));
const TEXTS: Record<string, string> = {
  contains: "CONTAINS",
  starts_with: "STARTSWITH",
  ends_with: "ENDSWITH",
};
const BY_TEXT = Object.fromEntries(Object.entries(TEXTS).map(([op, name]) => [name, op]));
const NUMBERS = new Set(["integer", "number", "money", "percent"]);

export const kindName = (field: Field) =>
  field.kind === "formula" ? (field.result ?? "text") : field.kind;
export const emptyGroup = (join: Group["join"] = "AND"): Group => ({
  kind: "group",
  join,
  items: [],
});

/** How many values an operator takes: none, one, two, or as many as you like. */
export function arity(op: string): number {
  if (op.endsWith("blank") || op === "yes" || op === "no" || op === "me") return 0;
  return op === "between" ? 2 : op.endsWith("in") && op !== "begin" ? Number.POSITIVE_INFINITY : 1;
}

/** The operators of a kind, in the order in which they are offered. */
export function operators(field: Field): string[] {
  const kind = kindName(field);
  if (kind === "boolean") return ["yes", "no"];
  if (NUMBERS.has(kind))
    return ["eq", "ne", "gt", "ge", "lt", "le", "between", "is_blank", "not_blank"];
  if (kind === "date" || kind === "datetime")
    return ["ge", "le", "gt", "lt", "eq", "between", "is_blank", "not_blank"];
  if (kind === "choice") return ["in", "not_in", "eq", "ne", "is_blank", "not_blank"];
  if (kind === "multi_choice") return ["contains", "not_contains", "is_blank", "not_blank"];
  if (kind === "person") return ["eq", "me", "ne", "is_blank", "not_blank"];
  if (kind === "reference" || kind === "department") return ["eq", "ne", "is_blank", "not_blank"];
  if (kind === "address" || kind === "lines") return ["is_blank", "not_blank"];
  return [
    "contains",
    "not_contains",
    "eq",
    "ne",
    "starts_with",
    "ends_with",
    "is_blank",
    "not_blank",
  ];
}

/** The rows of a formula. */
export function toGroup(node: Ast | null, look: Look): Group {
  if (node === null) return emptyGroup();
  const item = toItem(node, look);
  return item.kind === "group" ? item : { kind: "group", join: "AND", items: [item] };
}

function toItem(node: Ast, look: Look): Item {
  if (node.op === "call" && (node.name === "AND" || node.name === "OR") && node.args.length > 1)
    return { kind: "group", join: node.name, items: node.args.map((one) => toItem(one, look)) };
  const found = condition(node, look);
  return found && fits(found, look) ? found : { kind: "raw", node };
}

function fits(found: Condition, look: Look): boolean {
  const field = look(found.path);
  if (!field) return false;
  const known = [...operators(field), ...(kindName(field) === "boolean" ? ["eq"] : [])];
  const wanted = NUMBERS.has(kindName(field))
    ? "number"
    : kindName(field) === "boolean"
      ? "bool"
      : "text";
  return known.includes(found.op) && found.values.every((one) => one.type === wanted);
}

function condition(node: Ast, look: Look): Condition | null {
  if (node.op === "path") return row(node.path, "yes");
  if (node.op !== "call") return null;
  if (node.name === "NOT" && node.args.length === 1) return negated(node.args[0]!, look);
  const [first, ...rest] = node.args;
  if (first?.op !== "path") return null;
  if (node.name === "ISBLANK" && rest.length === 0) return row(first.path, "is_blank");
  const me = rest[0];
  if (node.name === "=" && me?.op === "call" && me.name === "CURRENT_USER" && !me.args.length)
    return row(first.path, "me");
  const values = rest.filter((one): one is Literal => one.op === "literal");
  if (values.length !== rest.length) return null;
  return valued(node, first.path, values);
}

function valued(node: Call, at: string[], values: Literal[]): Condition | null {
  if (node.name === "IN" && values.length) return row(at, "in", values);
  if (node.name === "BETWEEN" && values.length === 2) return row(at, "between", values);
  const op = BY_SIGN[node.name] ?? BY_TEXT[node.name];
  return op && values.length === 1 ? row(at, op, values) : null;
}

function negated(node: Ast, look: Look): Condition | null {
  const found = condition(node, look);
  const op =
    found && { is_blank: "not_blank", contains: "not_contains", in: "not_in", yes: "no" }[found.op];
  return found && op ? { ...found, op } : null;
}

export function row(at: string[], op: string, values: Literal[] = []): Condition {
  return { kind: "condition", path: at, op, values };
}

/** Whether a row says something already. */
export function isFinished(one: Condition): boolean {
  const wanted = arity(one.op);
  return wanted === Number.POSITIVE_INFINITY ? one.values.length > 0 : one.values.length === wanted;
}

/** The tree of the rows; unfinished ones are left out; null when nothing is asked. */
export function toAst(item: Item): Ast | null {
  if (item.kind === "raw") return item.node;
  if (item.kind === "condition") return isFinished(item) ? conditionAst(item) : null;
  const args = item.items.map(toAst).filter((one): one is Ast => one !== null);
  return args.length > 1 ? call(item.join, ...args) : (args[0] ?? null);
}

function conditionAst({ path: at, op, values }: Condition): Ast {
  const field = path(...at);
  if (op === "yes") return field;
  if (op === "me") return call("=", field, call("CURRENT_USER"));
  if (op === "is_blank") return call("ISBLANK", field);
  if (op === "between") return call("BETWEEN", field, ...values);
  if (op === "in") return call("IN", field, ...values);
  const not = { no: "yes", not_blank: "is_blank", not_contains: "contains", not_in: "in" }[op];
  if (not) return call("NOT", conditionAst({ kind: "condition", path: at, op: not, values }));
  return call(SIGNS[op] ?? TEXTS[op] ?? "=", field, ...values);
}

/** What was typed or picked for a field, as a literal; what is no number goes as text. */
export function literalOf(field: Field, typed: string): Literal {
  if (NUMBERS.has(kindName(field)) && /^\d+(\.\d+)?$/.test(typed.trim()))
    return literal("number", typed.trim());
  return literal("text", typed);
}
