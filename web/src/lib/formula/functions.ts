/** The functions that take values and give one; what chooses or runs over lines is elsewhere. */
import { Decimal as Library } from "decimal.js";
import * as dates from "./dates.ts";
import * as moments from "./moments.ts";
import * as numbers from "./numbers.ts";
import * as powers from "./powers.ts";
import * as texts from "./texts.ts";
import { PLAIN, workday, workdays } from "./calendar.ts";
import { equal, less, lessOrEqual } from "./compare.ts";
import { dayIn, moneyWords, numberOf, showNumber, showTime } from "./formats.ts";
import { isBlank, joined } from "./read.ts";
import type { CalendarData, Day, Env, Num, Value } from "./types.ts";

type Args = readonly Value[];
type Call = (args: Args, env: Env) => Value;

const num = (value: Value | undefined): Num => (value instanceof Library ? value : null);
const str = (value: Value | undefined): string => (typeof value === "string" ? value : "");
const word = (value: Value | undefined): string => str(value).toLowerCase();
const made = (value: number | null): Num => (value === null ? null : new numbers.Decimal(value));

/** A day, or the day of a moment in the organisation's zone. */
function day(value: Value | undefined, env: Env): Day {
  if (typeof value === "bigint") return moments.local(value, env.context.zone).day;
  return typeof value === "number" ? value : null;
}

function clock(value: Value | undefined, env: Env, part: "hour" | "minute"): Num {
  if (typeof value === "number") return numbers.ZERO;
  return typeof value === "bigint" ? made(moments.local(value, env.context.zone)[part]) : null;
}

function calendar(value: Value | undefined, env: Env): CalendarData {
  return value === undefined ? PLAIN : (env.calendars[word(value)] ?? PLAIN);
}

function weekday(value: Day, kind: Num): Num {
  if (value === null) return null;
  const monday = dates.weekday(value);
  const chosen = kind === null ? 1 : kind.toNumber();
  if (chosen === 1) return made((monday % 7) + 1);
  return made(chosen === 3 ? monday - 1 : monday);
}

function contains(whole: Value | undefined, part: Value | undefined): boolean {
  if (Array.isArray(whole)) return whole.includes(part);
  return str(whole).includes(str(part));
}

function among(value: Value, candidates: Args): boolean {
  return candidates.some((one) => (Array.isArray(one) ? one.includes(value) : equal(value, one)));
}

const found = (place: number | null) => made(place);
const rounding =
  (mode: numbers.Mode): Call =>
  ([a, n]) =>
    numbers.round(num(a), n === undefined ? numbers.ZERO : num(n), mode);

export const FUNCTIONS: Readonly<Record<string, Call>> = {
  "=": ([a = null, b = null]) => equal(a, b),
  "<>": ([a = null, b = null]) => !equal(a, b),
  "<": ([a = null, b = null]) => less(a, b),
  ">": ([a = null, b = null]) => less(b, a),
  "<=": ([a = null, b = null]) => lessOrEqual(a, b),
  ">=": ([a = null, b = null]) => lessOrEqual(b, a),
  "#zero": ([a]) => num(a) ?? numbers.ZERO,
  "#+": (args) =>
    typeof args[0] === "number"
      ? dates.shift(args[0], numbers.add(args.slice(1).map(num)))
      : numbers.add(args.map(num)),
  "#days+": ([a, ...rest]) =>
    dates.shift(typeof a === "number" ? a : null, numbers.add(rest.map(num))),
  "-": ([a, b]) => numbers.subtract(num(a), num(b)),
  "#days-": ([a, b]) => dates.shift(typeof a === "number" ? a : null, numbers.negate(num(b))),
  "#between": ([a, b], env) => {
    const [from, to] = [day(b, env), day(a, env)];
    return from === null || to === null ? null : made(to - from);
  },
  "#moment+": ([a = null, ...rest]) => moments.shifted(a, numbers.add(rest.map(num))),
  "#moment-": ([a = null, b]) => moments.shifted(a, numbers.negate(num(b))),
  "#apart": ([a, b]) =>
    typeof a === "bigint" && typeof b === "bigint" ? moments.apart(a, b) : null,
  "*": ([a, b]) => numbers.multiply(num(a), num(b)),
  "/": ([a, b]) => numbers.divide(num(a), num(b)),
  "#neg": ([a]) => numbers.negate(num(a)),
  "#percent": ([a]) => numbers.multiply(num(a), new numbers.Decimal("0.01")),
  "#&": (args, env) => joined(args, env.context.zone),
  "#start_of": ([a], env) => moments.startOf(typeof a === "number" ? a : null, env.context.zone),
  "^": ([a, n]) => powers.powerReal(num(a), num(n)),
  POWER: ([a, n]) => powers.powerReal(num(a), num(n)),
  SQRT: ([a]) => powers.sqrt(num(a)),
  LN: ([a]) => powers.ln(num(a)),
  EXP: ([a]) => powers.exp(num(a)),
  NOT: ([a]) => a !== true,
  XOR: (args) => args.filter((one) => one === true).length % 2 === 1,
  ISBLANK: ([a = null]) => isBlank(a),
  IN: ([a = null, ...rest]) => among(a, rest),
  BETWEEN: ([a = null, low = null, high = null]) => lessOrEqual(low, a) && lessOrEqual(a, high),
  ROUND: rounding(numbers.HALF_UP),
  ROUNDUP: rounding(numbers.UP),
  ROUNDDOWN: rounding(numbers.DOWN),
  TRUNC: rounding(numbers.DOWN),
  INT: ([a]) => num(a)?.floor() ?? null,
  ABS: ([a]) => num(a)?.abs() ?? null,
  SIGN: ([a]) => {
    const value = num(a);
    return value === null ? null : made(value.isZero() ? 0 : value.isNeg() ? -1 : 1);
  },
  MOD: ([a, b]) => numbers.modulo(num(a), num(b)),
  CEILING: ([a, unit]) => numbers.ceilingTo(num(a), unit === undefined ? numbers.ONE : num(unit)),
  FLOOR: ([a, unit]) => numbers.floorTo(num(a), unit === undefined ? numbers.ONE : num(unit)),
  MROUND: ([a, unit]) => numbers.roundTo(num(a), num(unit)),
  LEN: ([a]) => made(texts.length(str(a))),
  LEFT: ([a, n]) => texts.left(str(a), num(n)),
  RIGHT: ([a, n]) => texts.right(str(a), num(n)),
  MID: ([a, start, n]) => texts.mid(str(a), num(start), num(n)),
  CONTAINS: ([a, b]) => contains(a, b),
  STARTSWITH: ([a, b]) => str(a).startsWith(str(b)),
  ENDSWITH: ([a, b]) => str(a).endsWith(str(b)),
  TRIM: ([a]) => texts.trim(str(a)),
  UPPER: ([a]) => texts.upper(str(a)),
  LOWER: ([a]) => texts.lower(str(a)),
  FIND: ([part, a, start]) =>
    found(texts.find(str(part), str(a), start === undefined ? numbers.ONE : num(start))),
  SEARCH: ([part, a, start]) =>
    found(
      texts.find(
        texts.lower(str(part)),
        texts.lower(str(a)),
        start === undefined ? numbers.ONE : num(start),
      ),
    ),
  SUBSTITUTE: ([a, old, to, nth]) =>
    nth === undefined
      ? texts.substitute(str(a), str(old), str(to))
      : texts.substitute(str(a), str(old), str(to), num(nth)),
  REPLACE: ([a, start, n, to]) => texts.replace(str(a), num(start), num(n), str(to)),
  REPT: ([a, n]) => texts.repeat(str(a), num(n)),
  TEXT: ([a = null, format], env) =>
    typeof a === "number" || typeof a === "bigint"
      ? showTime(a, str(format), env.context.zone)
      : showNumber(num(a), str(format)),
  VALUE: ([a]) => numberOf(str(a)),
  DATEVALUE: ([a]) => dayIn(str(a)),
  RMBUPPER: ([a]) => moneyWords(num(a)),
  DATE: ([year, month, date]) => dates.makeDate(num(year), num(month), num(date)),
  YEAR: ([a], env) => partOf(day(a, env), "year"),
  MONTH: ([a], env) => partOf(day(a, env), "month"),
  DAY: ([a], env) => partOf(day(a, env), "day"),
  HOUR: ([a], env) => clock(a, env, "hour"),
  MINUTE: ([a], env) => clock(a, env, "minute"),
  WEEKDAY: ([a, kind], env) => weekday(day(a, env), num(kind)),
  ISOWEEKNUM: ([a], env) => {
    const at = day(a, env);
    return at === null ? null : made(dates.isoWeek(at));
  },
  DAYS: ([end, start], env) => {
    const [from, to] = [day(start, env), day(end, env)];
    return from === null || to === null ? null : made(to - from);
  },
  EDATE: ([a, n], env) => monthsLater(day(a, env), num(n), false),
  EOMONTH: ([a, n], env) => monthsLater(day(a, env), num(n), true),
  DATEDIF: ([start, end, unit], env) =>
    made(dates.difference(day(start, env), day(end, env), word(unit))),
  DATEADD: ([a, n, unit], env) =>
    typeof a === "bigint"
      ? moments.addToMoment(a, num(n), word(unit), env.context.zone)
      : dates.addTo(day(a, env), num(n), word(unit)),
  DATETRUNC: ([a, unit], env) =>
    typeof a === "bigint"
      ? moments.truncateMoment(a, word(unit), env.context.zone)
      : dates.truncate(day(a, env), word(unit)),
  WORKDAY: ([a, n, name], env) => workday(day(a, env), num(n), calendar(name, env)),
  NETWORKDAYS: ([start, end, name], env) =>
    made(workdays(day(start, env), day(end, env), calendar(name, env))),
  TODAY: (_, env) => dates.parseDay(env.context.today),
  NOW: (_, env) => moments.parseMoment(env.context.now),
  CURRENT_USER: (_, env) => env.context.user_id ?? null,
  CURRENT_DEPT: (_, env) => env.context.department_id ?? null,
  CURRENT_DEPTS: (_, env) => env.context.department_ids ?? [],
  CURRENT_KEYS: ([key], env) => env.context.keys?.[str(key)] ?? [],
  HAS_ROLE: ([role], env) => (env.context.roles ?? []).includes(str(role)),
};

function partOf(value: Day, name: "year" | "month" | "day"): Num {
  return value === null ? null : made(dates.civil(value)[name]);
}

function monthsLater(value: Day, n: Num, end: boolean): Day {
  const count = dates.monthCount(n);
  return count === null ? null : dates.addMonths(value, count, end);
}
