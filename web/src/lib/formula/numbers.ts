/** Exact decimals: 80 digits, at most 16 places, half away from zero. */
import { Decimal as Library } from "decimal.js";
import type { Num } from "./types.ts";

export const Decimal = Library.clone({
  precision: 80,
  rounding: Library.ROUND_HALF_UP,
  toExpNeg: -9e15,
  toExpPos: 9e15,
});

const PLACES = 16;
const MOST_PLACES = 16;
const LEAST_PLACES = -20;
const SHIFT = new Decimal("1e17");
const BACK = new Decimal("1e-17");
export const ZERO = new Decimal(0);
export const ONE = new Decimal(1);
export const TWO = new Decimal(2);
const HALF = new Decimal("0.5");

export type Mode = 0 | 1 | 2 | 3 | 4;
export const UP = Library.ROUND_UP as Mode;
export const DOWN = Library.ROUND_DOWN as Mode;
export const HALF_UP = Library.ROUND_HALF_UP as Mode;

export function whole(value: Library): Library {
  return value.toDecimalPlaces(0, DOWN);
}

/** A JavaScript integer within limits; for counts and places only. */
export function integer(value: Library, least: number, most: number): number {
  if (value.lt(least)) return least;
  return value.gt(most) ? most : whole(value).toNumber();
}

export function add(values: readonly Num[]): Num {
  let total: Library = ZERO;
  for (const value of values) {
    if (value === null) return null;
    total = total.plus(value);
  }
  return total;
}

export function subtract(a: Num, b: Num): Num {
  return a === null || b === null ? null : a.minus(b);
}

export function multiply(a: Num, b: Num): Num {
  return a === null || b === null ? null : a.times(b).toDecimalPlaces(PLACES, HALF_UP);
}

/** The exact quotient, cut behind the 17th place before it is rounded at the 16th. */
export function divide(a: Num, b: Num): Num {
  if (a === null || b === null || b.isZero()) return null;
  return a.times(SHIFT).divToInt(b).times(BACK).toDecimalPlaces(PLACES, HALF_UP);
}

export function negate(a: Num): Num {
  return a === null ? null : ZERO.minus(a);
}

export function round(a: Num, n: Num, mode: Mode): Num {
  if (a === null || n === null) return null;
  const places = integer(n, LEAST_PLACES, MOST_PLACES);
  if (places >= 0) return a.toDecimalPlaces(places, mode);
  const unit = new Decimal(10).pow(-places);
  return a.div(unit).toDecimalPlaces(0, mode).times(unit);
}

export function modulo(a: Num, b: Num): Num {
  if (a === null || b === null || b.isZero()) return null;
  return a.mod(b).plus(b).mod(b);
}

export function floorTo(a: Num, unit: Num): Num {
  if (a === null || unit === null || unit.isZero()) return null;
  return subtract(a, modulo(a, unit.abs()));
}

export function ceilingTo(a: Num, unit: Num): Num {
  return negate(floorTo(negate(a), unit));
}

export function roundTo(a: Num, unit: Num): Num {
  if (a === null || unit === null || unit.isZero()) return null;
  const step = unit.abs();
  const below = floorTo(a.abs().times(TWO).plus(step), step.times(TWO));
  const result = below === null ? null : below.times(HALF);
  return a.isNeg() ? negate(result) : result;
}

export function sum(values: readonly Num[]): Library {
  return values.reduce<Library>((total, one) => (one === null ? total : total.plus(one)), ZERO);
}

export function average(values: readonly Num[]): Num {
  const found = values.filter((one) => one !== null);
  return found.length === 0 ? null : divide(sum(found), new Decimal(found.length));
}

/** Without an exponent and without trailing zeros. */
export function plain(value: Library): string {
  return value.isZero() ? "0" : value.toFixed();
}
