/** What a form asks, shows, offers and says while it is typed, by the server's own formulas.
 *
 * What cannot be known here (a record that this person cannot read) is left to the server, whose word
 * always wins.
 */
import type { Fault, Field, FormTree, FormTrees, Label, TableTrees } from "@/api/types";
import { VERSION, compile } from "@/lib/formula/evaluate";
import type { Evaluate } from "@/lib/formula/evaluate";
import type { Expr, Formula, Row } from "@/lib/formula/types";
import { literal } from "@/ui/formula/ast";
import type { Ast } from "@/ui/formula/ast";
import { parse } from "@/ui/formula/parse";
import { print } from "@/ui/formula/print";
import { isHere } from "./elsewhere";
import type { FormContext } from "./elsewhere";

const compiled = new WeakMap<FormTree, Evaluate>();

function runner(tree: FormTree): Evaluate {
  const found = compiled.get(tree);
  if (found) return found;
  const made = compile(tree as unknown as Formula);
  compiled.set(tree, made);
  return made;
}

/** A formula's value for a row; undefined when only the server knows it. */
export function valueFor(tree: FormTree | undefined, row: Row, context: FormContext): unknown {
  if (!tree || tree.v !== VERSION || !isHere(tree, row, context.load)) return undefined;
  return runner(tree)(row, context, context.load ? { load: context.load } : {});
}

/** Some fields, and the computed ones that follow from them, however far. */
export function followed(
  values: Record<string, FormTree> | undefined,
  open: Iterable<string>,
): ReadonlySet<string> {
  const found = new Set(open);
  const reads = ({ lines, path = [], args = [] }: Expr): boolean =>
    found.has(lines ?? path[0] ?? "") || args.some(reads);
  for (const [key, tree] of Object.entries(values ?? {}))
    if (reads((tree as unknown as Formula).expr)) found.add(key);
  return found;
}

/** A choice with the options that its row offers; what was chosen stays. */
export function offering(field: Field, name: string, value: unknown, rules: Rules): Field {
  const chosen: unknown[] = Array.isArray(value) ? value : [value];
  const options = field.options?.filter(
    ({ key }) => chosen.includes(key) || rules.offered(name, key),
  );
  return options ? { ...field, options } : field;
}

export interface Rules {
  visible: (key: string) => boolean;
  required: (key: string) => boolean;
  frozen: (key: string) => boolean;
  offered: (key: string, option: string) => boolean;
  /** The value of a computed field, when it can be known here. */
  value: (key: string) => unknown;
}

/** The rules of a record's own fields: `row` as typed, `saved` as it was read. */
export function rulesOf(
  trees: TableTrees | undefined,
  row: Row,
  saved: Row | null,
  context: FormContext,
): Rules {
  return {
    visible: (key) => valueFor(trees?.visible?.[key], row, context) !== false,
    required: (key) => valueFor(trees?.required?.[key], row, context) === true,
    frozen: (key) => saved !== null && valueFor(trees?.read_only?.[key], saved, context) === true,
    offered: (key, option) => valueFor(trees?.options?.[key]?.[option], row, context) !== false,
    value: (key) => valueFor(trees?.values?.[key], row, context),
  };
}

export interface Rule {
  id: string;
  message: Label;
  level?: "error" | "warning" | "flag";
  fields?: string[];
}

/** The validations that the row does not meet, as faults; flags are marks and say nothing. */
export function violations(
  rules: Rule[],
  trees: FormTrees | undefined,
  row: Row,
  context: FormContext,
  say: (label: Label) => string,
): (Fault & { level: "error" | "warning" })[] {
  return rules.flatMap(({ id, message, level = "error", fields = [] }) => {
    if (level === "flag" || valueFor(trees?.validations?.[id], row, context) !== false) return [];
    const pointer = fields[0] ? `/${fields[0]}` : "";
    return [{ pointer, code: "records.validation", message: say(message), params: {}, level }];
  });
}

/** A reference's filter with the form's values put in; nothing when it asks for more than they say. */
export function filterFor(text: string | undefined, form: Row, line?: Row): string | undefined {
  const node = text ? parse(text) : null;
  if (!text || !node) return text;
  const made = put(node, form, line);
  return made ? print(made) : undefined;
}

/** The columns of the grid's active cell, its reference's filter with what is typed put in. */
export function fittedColumns(
  columns: [string, Field][],
  active: number,
  form: () => Row,
  line: Row,
): [string, Field][] {
  const { filter, ...rest } = columns[active]?.[1] ?? {};
  if (!filter || !/\b(?:form|line)\./.test(filter)) return columns;
  const fitting = filterFor(filter, form(), line);
  const fitted = { ...rest, ...(fitting ? { filter: fitting } : {}) } as Field;
  return columns.map(([key, one], at) => (at === active ? [key, fitted] : [key, one]));
}

function put(node: Ast, form: Row, line: Row | undefined): Ast | null {
  if (node.op === "literal") return node;
  if (node.op === "path") {
    const around = { form, line }[node.path[0] ?? ""];
    if (!around || node.path.length === 1) return node;
    return node.path.length > 2 ? null : valueAst(around[node.path[1] ?? ""]);
  }
  const args = node.args.map((one) => put(one, form, line));
  return args.some((one) => one === null) ? null : { ...node, args: args as Ast[] };
}

function valueAst(value: unknown): Ast | null {
  if (value === null || value === undefined) return literal("text", "");
  if (typeof value === "boolean") return literal("bool", value);
  return typeof value === "string" || typeof value === "number"
    ? literal("text", String(value))
    : null;
}
