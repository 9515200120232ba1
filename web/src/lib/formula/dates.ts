/** Days as ordinals: 1 is the first of January of year 1, a Monday. */
import type { Decimal } from "decimal.js";
import { integer } from "./numbers.ts";
import type { Day, Num } from "./types.ts";

export const LAST_DAY = 3_652_059;
const MOST_DAYS = 3_652_058;
const MOST_MONTHS = 120_000;
const EPOCH = 719_163;
const DAY_MS = 86_400_000;

export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function civil(of: number): Civil {
  const at = new Date((of - EPOCH) * DAY_MS);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}

export function ordinal(year: number, month: number, day: number): number {
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  return Math.round(at.getTime() / DAY_MS) + EPOCH;
}

function lastOfMonth(year: number, month: number): number {
  const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && leap ? 29 : (lengths[month - 1] ?? 31);
}

/** A day, or null when there is none such. */
export function makeDay(year: number, month: number, day: number): Day {
  if (year < 1 || year > 9999 || month < 1 || month > 12) return null;
  return day < 1 || day > lastOfMonth(year, month) ? null : ordinal(year, month, day);
}

function typed(value: Decimal): number {
  return integer(value, 0, 99_999);
}

export function makeDate(year: Num, month: Num, day: Num): Day {
  if (year === null || month === null || day === null) return null;
  return makeDay(typed(year), typed(month), typed(day));
}

export function parseDay(text: string): Day {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  return match ? makeDay(Number(match[1]), Number(match[2]), Number(match[3])) : null;
}

/** Two digits. */
export function two(value: number): string {
  return String(value).padStart(2, "0");
}

export function showDay(day: number): string {
  const at = civil(day);
  return `${String(at.year).padStart(4, "0")}-${two(at.month)}-${two(at.day)}`;
}

export function shift(day: Day, n: Num): Day {
  if (day === null || n === null || n.abs().gt(MOST_DAYS)) return null;
  const result = day + integer(n, -MOST_DAYS, MOST_DAYS);
  return result >= 1 && result <= LAST_DAY ? result : null;
}

/** So many months later, clamped to the month's length; or the last day of that month. */
export function addMonths(day: Day, months: number, end = false): Day {
  if (day === null || Math.abs(months) > MOST_MONTHS) return null;
  const from = civil(day);
  const total = from.year * 12 + from.month - 1 + months;
  const year = Math.floor(total / 12);
  if (year < 1 || year > 9999) return null;
  const month = total - year * 12 + 1;
  const last = lastOfMonth(year, month);
  return ordinal(year, month, end ? last : Math.min(from.day, last));
}

export function monthCount(n: Num): number | null {
  return n === null || n.abs().gt(MOST_MONTHS) ? null : integer(n, -MOST_MONTHS, MOST_MONTHS);
}

/** Monday is 1. */
export function weekday(day: number): number {
  return ((day - 1) % 7) + 1;
}

export function isoWeek(day: number): number {
  const thursday = day - weekday(day) + 4;
  const { year } = civil(thursday);
  return Math.floor((thursday - ordinal(year, 1, 1)) / 7) + 1;
}

export function difference(start: Day, end: Day, unit: string): number | null {
  if (start === null || end === null || start > end) return null;
  const [from, to] = [civil(start), civil(end)];
  const full = (to.year - from.year) * 12 + to.month - from.month - (to.day < from.day ? 1 : 0);
  const years = Math.floor(full / 12);
  const since = (passed: number) => end - (addMonths(start, passed) ?? end);
  switch (unit) {
    case "y":
      return years;
    case "m":
      return full;
    case "ym":
      return full - years * 12;
    case "md":
      return since(full);
    case "yd":
      return since(years * 12);
    default:
      return end - start;
  }
}

const MONTHS: Readonly<Record<string, number>> = { year: 12, quarter: 3, month: 1 };

export function addTo(day: Day, n: Num, unit: string): Day {
  if (day === null || n === null || n.abs().gt(MOST_DAYS)) return null;
  const count = integer(n, -MOST_DAYS, MOST_DAYS);
  const factor = MONTHS[unit];
  if (factor !== undefined) return addMonths(day, count * factor);
  const result = day + count * (unit === "week" ? 7 : 1);
  return result >= 1 && result <= LAST_DAY ? result : null;
}

export function truncate(day: Day, unit: string): Day {
  if (day === null || unit === "day") return day;
  if (unit === "week") {
    const monday = day - weekday(day) + 1;
    return monday >= 1 ? monday : null;
  }
  const at = civil(day);
  if (unit === "year") return ordinal(at.year, 1, 1);
  const month = unit === "quarter" ? Math.floor((at.month - 1) / 3) * 3 + 1 : at.month;
  return ordinal(at.year, month, 1);
}
