/** Equality and order: two-valued, blank equals blank and is in no order. */
import { Decimal as Library } from "decimal.js";
import { isBlank } from "./read.ts";
import { order } from "./texts.ts";
import type { Value } from "./types.ts";

export function equal(a: Value, b: Value): boolean {
  if (a instanceof Library && b instanceof Library) return a.eq(b);
  return a === b;
}

function compared(a: Value, b: Value): number {
  if (a instanceof Library && b instanceof Library) return a.cmp(b);
  if (typeof a === "string" && typeof b === "string") return order(a, b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "bigint" && typeof b === "bigint") return a < b ? -1 : Number(a > b);
  return 0;
}

export function less(a: Value, b: Value): boolean {
  return !isBlank(a) && !isBlank(b) && compared(a, b) < 0;
}

export function lessOrEqual(a: Value, b: Value): boolean {
  return !isBlank(a) && !isBlank(b) && compared(a, b) <= 0;
}

/** The smallest (or, with -1, the largest) of what is there. */
export function extreme(values: readonly Value[], sign: 1 | -1): Value {
  let found: Value = null;
  for (const value of values) {
    if (isBlank(value)) continue;
    if (found === null || compared(value, found) * sign < 0) found = value;
  }
  return found;
}
