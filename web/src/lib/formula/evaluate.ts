/**
 * Runs a formula that the server compiled. Pure: what it needs to know is handed in.
 *
 * It gives what Python and PostgreSQL give, to the last digit, and never throws.
 */
import { Decimal as Library } from "decimal.js";
import { AGGREGATES } from "./aggregates.ts";
import { equal } from "./compare.ts";
import { civil } from "./dates.ts";
import { FUNCTIONS } from "./functions.ts";
import { local } from "./moments.ts";
import { isBlank, read, write } from "./read.ts";
import type { Env, Expr, Formula, FormulaContext, Load, Note, Row, Run, Value } from "./types.ts";

/** The trees that this evaluator answers; the server names the version of what it sends. */
export const VERSION = 2;
const NOTHING: Row = {};

export interface Options {
  readonly load?: Load;
  readonly old?: Row;
  /** Collects what has no answer: a division by zero, a day that does not exist. */
  readonly notes?: Note[];
}

export type Evaluate = (row: Row, context: FormulaContext, options?: Options) => unknown;

/** A function from a record to the formula's value as on the wire. */
export function compile(formula: Formula): Evaluate {
  const run = expression(formula.expr);
  return (row, context, options = {}) =>
    write(
      run({
        row,
        context,
        line: NOTHING,
        old: options.old ?? NOTHING,
        load: options.load ?? (() => null),
        calendars: formula.calendars ?? {},
        notes: options.notes ?? null,
      }),
    );
}

/** The value of a formula for one record. */
export function evaluate(
  formula: Formula,
  row: Row,
  context: FormulaContext,
  options: Options = {},
): unknown {
  return compile(formula)(row, context, options);
}

function expression(expr: Expr): Run {
  if (expr.op === "literal") {
    const value = read(expr.value, expr.type);
    return () => value;
  }
  if (expr.op === "path") return path(expr);
  const args = (expr.args ?? []).map(expression);
  const choose = CHOOSING[expr.op];
  if (choose !== undefined) return choose(args, expr);
  const aggregate = AGGREGATES[expr.op];
  const run = aggregate === undefined ? call(args, expr) : aggregate(args, expr);
  return expr.note === undefined ? run : noted(run, args, expr);
}

function path(expr: Expr, from?: (env: Env) => Row): Run {
  const columns = expr.path ?? [];
  const entities = expr.entities ?? [];
  const base = from ?? ((env: Env) => (expr.lines === undefined ? env.row : env.line));
  const [first = "", ...further] = columns;
  return (env) => {
    let raw: unknown = base(env)[first];
    for (const [at, column] of further.entries()) {
      const id = read(raw, "id");
      const row = typeof id === "string" ? env.load(entities[at] ?? "", id) : null;
      raw = row?.[column];
    }
    if (expr.part === undefined) return read(raw, expr.type);
    const address = read(raw, "address") as Row;
    return read(address[expr.part], "text");
  };
}

function call(args: readonly Run[], expr: Expr): Run {
  const known = FUNCTIONS[operation(expr)];
  if (known === undefined) return () => null;
  return (env) =>
    known(
      args.map((arg) => arg(env)),
      env,
    );
}

/** Days and moments have their own sums and differences. */
function operation(expr: Expr): string {
  const [left, right] = expr.args ?? [];
  const kind = left?.type;
  if (kind !== "date" && kind !== "datetime") return expr.op;
  const name = kind === "date" ? "days" : "moment";
  if (expr.op === "#+") return `#${name}+`;
  if (expr.op !== "-") return expr.op;
  if (right?.type !== kind) return `#${name}-`;
  return kind === "date" ? "#between" : "#apart";
}

/** A result that is missing although nothing was, or a year without a calendar: worth a note. */
function noted(run: Run, args: readonly Run[], expr: Expr): Run {
  const [start, end] = expr.at ?? [0, 0];
  return (env) => {
    const value = run(env);
    if (env.notes === null) return value;
    const quiet = { ...env, notes: null };
    const given = args.map((arg) => arg(quiet));
    const worth =
      expr.note === "unknown_year"
        ? beyond([...given, value], env)
        : isBlank(value) && !given.some(isBlank);
    if (worth) env.notes.push({ code: `formula.${expr.note}`, start, end });
    return value;
  };
}

/** Whether a day lies in a year that the named calendar does not know. */
function beyond(found: readonly Value[], env: Env): boolean {
  const name = found[2];
  const known = typeof name === "string" ? env.calendars[name.toLowerCase()] : undefined;
  if (known === undefined) return false;
  return found.some((one) => {
    if (typeof one !== "number" && typeof one !== "bigint") return false;
    const day = typeof one === "bigint" ? local(one, env.context.zone).day : one;
    const { year } = civil(day);
    return year < known.first || year > known.last;
  });
}

/** What stands where nothing was chosen, as its type reads it. */
function nothing(expr: Expr): Value {
  if (expr.type === "text") return "";
  return expr.type === "bool" ? false : null;
}

function branches(args: readonly Run[], expr: Expr): Run {
  const empty = nothing(expr);
  const last = args.length % 2 === 1 ? args.at(-1) : undefined;
  return (env) => {
    for (let at = 0; at + 1 < args.length; at += 2) {
      if (args[at]?.(env) === true) return args[at + 1]?.(env) ?? empty;
    }
    return last === undefined ? empty : last(env);
  };
}

function cases(args: readonly Run[], expr: Expr): Run {
  const [value = () => null, ...rest] = args;
  const empty = nothing(expr);
  const last = rest.length % 2 === 1 ? rest.at(-1) : undefined;
  return (env) => {
    const found = value(env);
    for (let at = 0; at + 1 < rest.length; at += 2) {
      if (equal(found, rest[at]?.(env) ?? null)) return rest[at + 1]?.(env) ?? empty;
    }
    return last === undefined ? empty : last(env);
  };
}

function firstThere(args: readonly Run[]): Run {
  return (env) => {
    let value: Value = null;
    for (const arg of args) {
      value = arg(env);
      if (!isBlank(value)) return value;
    }
    return value;
  };
}

function changed(_: readonly Run[], expr: Expr): Run {
  const [field] = expr.args ?? [];
  if (field === undefined) return () => null;
  const [before, now] = [path(field, (env) => env.old), path(field)];
  if (expr.op === "OLD") return before;
  return (env) => !same(before(env), now(env));
}

function same(a: Value, b: Value): boolean {
  if (typeof a === "object" && typeof b === "object" && !(a instanceof Library)) {
    return JSON.stringify(a) === JSON.stringify(b);
  }
  return equal(a, b);
}

const CHOOSING: Readonly<Record<string, (args: readonly Run[], expr: Expr) => Run>> = {
  IF: branches,
  IFS: branches,
  SWITCH: cases,
  AND: (args) => (env) => args.every((arg) => arg(env) === true),
  OR: (args) => (env) => args.some((arg) => arg(env) === true),
  COALESCE: firstThere,
  IFERROR: firstThere,
  OLD: changed,
  CHANGED: changed,
};
