/** Exact integer powers with whole numbers of any size; roots and logarithms to 12 places. */
import type { Decimal as Library } from "decimal.js";
import { Decimal, HALF_UP, ONE, ZERO, multiply } from "./numbers.ts";
import type { Num } from "./types.ts";

const MOST = new Decimal("1e40");
const MOST_POWER = 64;
const MOST_EXPONENT = 93;
const UNIT = 16;
const LIMIT = 10n ** 56n;

/** Coefficient and exponent: the value is size · 10 ^ places. */
function parts(value: Library): [bigint, number] {
  const [whole = "0", fraction = ""] = value.abs().toFixed().split(".");
  return [BigInt(whole + fraction), -fraction.length];
}

/** So many units of the 16th place, or null from 40 digits on. */
function units(count: bigint): Num {
  if (count >= LIMIT) return null;
  return new Decimal(count.toString()).times(`1e-${UNIT}`);
}

function cut(size: bigint, places: number): Num {
  if (places >= -UNIT) return units(size * 10n ** BigInt(places + UNIT));
  const unit = 10n ** BigInt(-UNIT - places);
  return units((2n * size + unit) / (2n * unit));
}

function inverse(size: bigint, places: number): Num {
  return units(((10n ** BigInt(UNIT + 1) * 10n ** BigInt(-places)) / size + 5n) / 10n);
}

export function power(a: Num, n: Num): Num {
  if (a === null || n === null || !n.isInteger() || n.abs().gt(MOST_POWER)) return null;
  const count = n.toNumber();
  if (a.isZero()) {
    if (count === 0) return ONE;
    return count < 0 ? null : ZERO;
  }
  const [base, exponent] = parts(a);
  const size = base ** BigInt(Math.abs(count));
  const places = exponent * Math.abs(count);
  const result = count < 0 ? inverse(size, places) : cut(size, places);
  if (result === null) return null;
  return a.isNeg() && count % 2 !== 0 ? result.negated() : result;
}

/** Twice rounded, so that the noise of the last digits does not show. */
function real(value: Library): Num {
  if (value.abs().gte(MOST)) return null;
  return value.toDecimalPlaces(30, HALF_UP).toDecimalPlaces(12, HALF_UP);
}

export function powerReal(a: Num, n: Num): Num {
  if (a === null || n === null) return null;
  if (n.isInteger()) return power(a, n);
  if (a.lte(0)) return a.isZero() && n.gt(0) ? ZERO : null;
  return exp(n.times(a.ln()));
}

export function exp(a: Num): Num {
  if (a === null || a.gt(MOST_EXPONENT)) return null;
  return a.lt(-MOST_EXPONENT) ? ZERO : real(a.exp());
}

export function ln(a: Num): Num {
  return a === null || a.lte(0) ? null : real(a.ln());
}

export function sqrt(a: Num): Num {
  return a === null || (a.isNeg() && !a.isZero()) ? null : real(a.abs().sqrt());
}

export function product(values: readonly Num[]): Num {
  let result: Num = null;
  for (const value of values) {
    if (value === null) continue;
    result = multiply(result ?? ONE, value);
    if (result === null || result.abs().gte(MOST)) return null;
  }
  return result;
}
