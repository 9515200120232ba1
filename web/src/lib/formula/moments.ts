/** Moments as microseconds since 1970, read in a zone that is always named. */
import { LAST_DAY, addTo, ordinal, parseDay, showDay, truncate, two } from "./dates.ts";
import { Decimal as Library } from "decimal.js";
import { Decimal, divide, integer } from "./numbers.ts";
import type { Moment, Num, Value } from "./types.ts";

const MICROS = 1_000_000n;
const DAY_SECONDS = 86_400;
const EPOCH = 719_163;
const DAY_MICROS = new Decimal(86_400_000_000);
const MOST_SECONDS = 400_000_000_000;
const FIRST_SECOND = -62_135_510_400;
const LAST_SECOND = 253_402_214_399;
const SECONDS: Readonly<Record<string, number>> = { hour: 3600, minute: 60 };

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();
const MOST_KEPT = 5000;

function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat("en-US-u-ca-gregory", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, found);
  }
  return found;
}

/** How far a zone is ahead of UTC at a moment, in seconds. */
function offset(seconds: number, zone: string): number {
  const key = `${seconds} ${zone}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const parts: Record<string, number> = {};
  for (const { type, value } of format(zone).formatToParts(new Date(seconds * 1000))) {
    parts[type] = Number(value);
  }
  const day = ordinal(parts.year ?? 1, parts.month ?? 1, parts.day ?? 1) - EPOCH;
  const clock = ((parts.hour ?? 0) * 60 + (parts.minute ?? 0)) * 60 + (parts.second ?? 0);
  const found = day * DAY_SECONDS + clock - seconds;
  if (offsets.size >= MOST_KEPT) offsets.clear();
  offsets.set(key, found);
  return found;
}

export function secondsOf(moment: bigint): number {
  const whole = moment / MICROS;
  return Number(moment % MICROS < 0n ? whole - 1n : whole);
}

export interface Local {
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** The day and the clock in a zone. */
export function local(moment: bigint, zone: string): Local {
  const at = secondsOf(moment);
  const there = at + offset(at, zone);
  const day = Math.floor(there / DAY_SECONDS);
  const clock = there - day * DAY_SECONDS;
  return {
    day: day + EPOCH,
    hour: Math.floor(clock / 3600),
    minute: Math.floor(clock / 60) % 60,
    second: clock % 60,
  };
}

/** The first moment of a day; where clocks jump, the offset before the jump counts. */
export function startOf(day: number | null, zone: string): Moment {
  if (day === null || day === 1) return null;
  const there = (day - EPOCH) * DAY_SECONDS;
  const before = offset(there - DAY_SECONDS, zone);
  const after = offset(there + DAY_SECONDS, zone);
  const late = before !== after && offset(there - before, zone) !== before;
  const used = late && offset(there - after, zone) === after ? after : before;
  return BigInt(there - used) * MICROS;
}

const PATTERN =
  /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?(Z|[+-]\d\d:?\d\d)$/;

export function parseMoment(text: string): Moment {
  const match = PATTERN.exec(text);
  const day = match ? parseDay(match[1] ?? "") : null;
  if (!match || day === null) return null;
  const zone = match[6] ?? "Z";
  const ahead =
    zone === "Z"
      ? 0
      : (zone.startsWith("-") ? -60 : 60) *
        (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  const clock = (Number(match[2]) * 60 + Number(match[3])) * 60 + Number(match[4] ?? 0);
  const micros = BigInt((match[5] ?? "").padEnd(6, "0"));
  return BigInt((day - EPOCH) * DAY_SECONDS + clock - ahead) * MICROS + micros;
}

/** A moment as the wire has it, in UTC. */
export function showMoment(moment: bigint): string {
  const at = secondsOf(moment);
  const day = Math.floor(at / DAY_SECONDS);
  const clock = at - day * DAY_SECONDS;
  const micros = moment - BigInt(at) * MICROS;
  const part = micros === 0n ? "" : `.${String(micros).padStart(6, "0")}`;
  return `${showDay(day + EPOCH)}T${showClock(clock)}${part}Z`;
}

export function showClock(clock: number): string {
  return `${two(Math.floor(clock / 3600))}:${two(Math.floor(clock / 60) % 60)}:${two(clock % 60)}`;
}

/** A moment as text in a zone, to the second. */
export function momentText(moment: bigint, zone: string): string {
  const at = local(moment, zone);
  return `${showDay(at.day)} ${showClock((at.hour * 60 + at.minute) * 60 + at.second)}`;
}

function later(moment: bigint, by: number): Moment {
  const at = secondsOf(moment) + by;
  return at < FIRST_SECOND || at > LAST_SECOND ? null : moment + BigInt(by) * MICROS;
}

/** So many units later; days and months keep the time of day, a day is 24 hours. */
export function addToMoment(moment: Moment, n: Num, unit: string, zone: string): Moment {
  if (moment === null || n === null || n.abs().gt(MOST_SECONDS)) return null;
  const factor = SECONDS[unit];
  if (factor !== undefined) return later(moment, integer(n, -MOST_SECONDS, MOST_SECONDS) * factor);
  const { day } = local(moment, zone);
  const then = day > LAST_DAY ? null : addTo(day, n, unit);
  return then === null ? null : later(moment, (then - day) * DAY_SECONDS);
}

/** So many days of 24 hours later, to the microsecond. */
export function shifted(moment: Value, n: Num): Moment {
  if (typeof moment !== "bigint" || n === null || n.abs().gt(LAST_DAY - 1)) return null;
  const micros = n.times(DAY_MICROS).toDecimalPlaces(0, Library.ROUND_HALF_UP);
  const found = moment + BigInt(micros.toFixed());
  const at = secondsOf(found);
  return at < FIRST_SECOND || at > LAST_SECOND ? null : found;
}

/** Days of 24 hours between two moments. */
export function apart(end: bigint, start: bigint): Num {
  return divide(new Decimal(String(end - start)), DAY_MICROS);
}

export function truncateMoment(moment: Moment, unit: string, zone: string): Moment {
  if (moment === null) return null;
  const at = local(moment, zone);
  if (SECONDS[unit] === undefined) return startOf(truncate(at.day, unit), zone);
  const passed = (unit === "hour" ? at.minute * 60 : 0) + at.second;
  return BigInt(secondsOf(moment) - passed) * MICROS;
}
