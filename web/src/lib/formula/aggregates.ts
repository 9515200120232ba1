/** The functions that run over lines; over single values they take their arguments. */
import { Decimal as Library } from "decimal.js";
import { extreme } from "./compare.ts";
import { Decimal, average, sum } from "./numbers.ts";
import { product } from "./powers.ts";
import { isBlank } from "./read.ts";
import { joinWith } from "./texts.ts";
import type { Env, Expr, Num, Row, Run, Value } from "./types.ts";

type Make = (args: readonly Run[], expr: Expr) => Run;

function rows(env: Env, lines: string): readonly Env[] {
  const found = env.row[lines];
  return Array.isArray(found) ? found.map((line: Row) => ({ ...env, line })) : [];
}

/** All values of all arguments, one after the other. */
function values(args: readonly Run[], expr: Expr, from = 0): (env: Env) => Value[] {
  const lines = (expr.args ?? []).map((arg) => arg.lines);
  return (env) =>
    args.slice(from).flatMap((arg, index) => {
      const named = lines[index + from];
      return named === undefined ? [arg(env)] : rows(env, named).map((line) => arg(line));
    });
}

function over(use: (found: Value[], expr: Expr) => Value): Make {
  return (args, expr) => {
    const every = values(args, expr);
    return (env) => use(every(env), expr);
  };
}

const nums = (found: readonly Value[]): Num[] =>
  found.map((one) => (one instanceof Library ? one : null));
const there = (found: readonly Value[]): Value[] => found.filter((one) => !isBlank(one));
const strings = (found: readonly Value[]): string[] =>
  found.map((one) => (typeof one === "string" ? one : ""));

function empty(expr: Expr): Value {
  if (expr.type === "text") return "";
  return expr.type === "bool" ? false : null;
}

/** The second argument where the first holds. */
function where(use: (found: Num[]) => Num): Make {
  return ([test = () => false, value = () => null], expr) => {
    const lines = expr.args?.find((arg) => arg.lines !== undefined)?.lines;
    return (env) => {
      const every = lines === undefined ? [env] : rows(env, lines);
      return use(nums(every.filter((one) => test(one) === true).map((one) => value(one))));
    };
  };
}

function separated(args: readonly Run[], expr: Expr): Run {
  const every = values(args.slice(0, 1), expr);
  const separator = args[1] ?? (() => "、");
  return (env) => joinWith(strings([separator(env)])[0] ?? "", strings(every(env)), true);
}

function textJoined(args: readonly Run[], expr: Expr): Run {
  const every = values(args, expr, 2);
  const [separator = () => "", skip = () => true] = args;
  return (env) =>
    joinWith(strings([separator(env)])[0] ?? "", strings(every(env)), skip(env) === true);
}

const count = over((found) => new Decimal(there(found).length));

export const AGGREGATES: Readonly<Record<string, Make>> = {
  SUM: over((found) => sum(nums(found))),
  AVERAGE: over((found) => average(nums(found))),
  MIN: over((found) => extreme(found, 1)),
  MAX: over((found) => extreme(found, -1)),
  PRODUCT: over((found) => product(nums(found))),
  COUNT: count,
  COUNTA: count,
  COUNTIF: over((found) => new Decimal(found.filter((one) => one === true).length)),
  SUMIF: where((found) => sum(found)),
  AVERAGEIF: where((found) => average(found)),
  ANY: over((found) => found.some((one) => one === true)),
  ALL: over((found) => found.every((one) => one === true)),
  JOIN: separated,
  TEXTJOIN: textJoined,
  FIRST: over((found, expr) => there(found)[0] ?? empty(expr)),
  LAST: over((found, expr) => there(found).at(-1) ?? empty(expr)),
};
