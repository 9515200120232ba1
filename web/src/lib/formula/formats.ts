/** Between text, numbers and days: the closed set of formats, and Chinese capitals. */
import type { Decimal as Library } from "decimal.js";
import { civil, makeDay, two } from "./dates.ts";
import { local } from "./moments.ts";
import { Decimal, HALF_UP, ZERO } from "./numbers.ts";
import type { Day, Num } from "./types.ts";

const NUMBER = /^([¥￥$€]?)(#,##0|0{1,20})(?:\.(0{1,16}))?(%?)$/;
const TOKEN = /yyyy|yy|mm|m|dd|d|hh|h|ss|[-/.: T年月日时分秒]/y;
const TYPED = /^[+-]?([0-9]{1,20}|[0-9]{1,3}(,[0-9]{3}){1,6})?(\.[0-9]{1,40})?%?$/;
const DAY = /^([0-9]{4})([-/.年])([0-9]{1,2})([-/.月])([0-9]{1,2})(日?)$/;
const MOST_MONEY = new Decimal("1e16");
const CAPITALS = "零壹贰叁肆伍陆柒捌玖";
const UNITS = "仟佰拾万仟佰拾亿仟佰拾万仟佰拾元";

export function showNumber(value: Num, format: string): string {
  const match = NUMBER.exec(format);
  if (value === null || match === null) return "";
  const [, prefix = "", whole = "", places = "", percent = ""] = match;
  const scaled = percent === "" ? value : value.times(100);
  const rounded = scaled.toDecimalPlaces(places.length, HALF_UP);
  const [digits = "", part] = rounded.abs().toFixed(places.length).split(".");
  const least = whole.startsWith("#") ? 1 : whole.length;
  let shown = digits.padStart(least, "0");
  if (whole.startsWith("#")) shown = shown.replace(/\B(?=([0-9]{3})+$)/g, ",");
  const sign = rounded.isNeg() && !rounded.isZero() ? "-" : "";
  return `${sign}${prefix}${shown}${part === undefined ? "" : `.${part}`}${percent}`;
}

/** The parts of a format; minutes, which follow hours or stand before seconds, as capitals. */
function timeParts(format: string): string[] {
  const text = [...format].map((char) => (char === "T" ? char : char.toLowerCase())).join("");
  const parts: string[] = [];
  let last = "";
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text)?.[0];
    if (found === undefined) return [];
    at += found.length;
    const seconds = /^[^a-z]*ss/.test(text.slice(at));
    const minutes = (found === "mm" || found === "m") && (last.startsWith("h") || seconds);
    const part = minutes ? found.toUpperCase() : found;
    if (/^[a-z]/i.test(part) && part !== "T") last = part;
    parts.push(part);
  }
  return parts;
}

export function showTime(value: Day | bigint, format: string, zone: string): string {
  if (value === null) return "";
  const at =
    typeof value === "bigint" ? local(value, zone) : { day: value, hour: 0, minute: 0, second: 0 };
  const { year, month, day } = civil(at.day);
  const known: Record<string, string> = {
    yyyy: String(year).padStart(4, "0"),
    yy: two(year % 100),
    mm: two(month),
    m: String(month),
    dd: two(day),
    d: String(day),
    hh: two(at.hour),
    h: String(at.hour),
    MM: two(at.minute),
    M: String(at.minute),
    ss: two(at.second),
  };
  return timeParts(format)
    .map((part) => known[part] ?? part)
    .join("");
}

function unspaced(text: string): string {
  return text.replace(/^ +| +$/g, "");
}

export function numberOf(text: string): Num {
  const typed = unspaced(text);
  if (!TYPED.test(typed) || !/[0-9]/.test(typed)) return null;
  const value = new Decimal(typed.replace(/[,%+]/g, ""));
  const scaled = typed.endsWith("%") ? value.times("0.01") : value;
  const found = scaled.toDecimalPlaces(16, HALF_UP);
  return found.isZero() ? ZERO : found;
}

export function dayIn(text: string): Day {
  const match = DAY.exec(unspaced(text));
  if (match === null) return null;
  const [, year, first = "", month, second, day, last] = match;
  const chinese = first === "年" && second === "月" && last === "日";
  const plain = first === second && last === "" && !"年月".includes(first);
  return chinese || plain ? makeDay(Number(year), Number(month), Number(day)) : null;
}

/** An amount in Chinese capitals, as on invoices. */
export function moneyWords(value: Num): string {
  if (value === null) return "";
  const rounded: Library = value.abs().toDecimalPlaces(2, HALF_UP);
  if (rounded.gte(MOST_MONEY)) return "";
  if (rounded.isZero()) return "零元整";
  const [whole = "", cents = ""] = rounded.toFixed(2).split(".");
  const yuan = whole === "0" ? "" : yuanWords(whole.padStart(16, "0"));
  return `${value.isNeg() ? "负" : ""}${yuan}${centWords(cents, yuan !== "")}`;
}

function capital(digit: string): string {
  return CAPITALS[Number(digit)] ?? "";
}

function yuanWords(digits: string): string {
  return [...digits]
    .map((digit, at) => `${capital(digit)}${UNITS[at]}`)
    .join("")
    .replace(/零[仟佰拾]/g, "零")
    .replace(/零+([万亿元])/g, "$1")
    .replace(/亿万/g, "亿零")
    .replace(/零+/g, "零")
    .replace(/零元/g, "元")
    .replace(/^[零万亿]+/, "");
}

function centWords(cents: string, between: boolean): string {
  const [tenth = "0", hundredth = "0"] = cents;
  if (cents === "00") return "整";
  if (hundredth === "0") return `${capital(tenth)}角整`;
  if (tenth === "0") return `${between ? "零" : ""}${capital(hundredth)}分`;
  return `${capital(tenth)}角${capital(hundredth)}分`;
}
