/** Text by code point; case by A to Z only. */
import { integer } from "./numbers.ts";
import type { Num } from "./types.ts";

const LONGEST = 200_000;
const MOST_REPEATS = 200;

function points(text: string): string[] {
  return [...text];
}

export function length(text: string): number {
  return [...text].length;
}

/** No longer than what the server keeps. */
export function limited(text: string): string {
  if (text.length <= LONGEST) return text;
  return points(text).slice(0, LONGEST).join("");
}

/** Before, after or at the same place, by code point. */
export function order(a: string, b: string): number {
  const [ours, theirs] = [a[Symbol.iterator](), b[Symbol.iterator]()];
  for (;;) {
    const [x, y] = [ours.next(), theirs.next()];
    if (x.done || y.done) return Number(y.done ?? false) - Number(x.done ?? false);
    const step = (x.value.codePointAt(0) ?? 0) - (y.value.codePointAt(0) ?? 0);
    if (step !== 0) return step;
  }
}

function counted(n: Num): number {
  return n === null ? 0 : integer(n, 0, LONGEST);
}

export function left(text: string, n: Num): string {
  return points(text).slice(0, counted(n)).join("");
}

export function right(text: string, n: Num): string {
  const wanted = counted(n);
  return wanted === 0 ? "" : points(text).slice(-wanted).join("");
}

export function mid(text: string, start: Num, n: Num): string {
  if (start === null || n === null || start.lt(1)) return "";
  const at = integer(start, 1, LONGEST + 1) - 1;
  return points(text)
    .slice(at, at + counted(n))
    .join("");
}

export function upper(text: string): string {
  return text.replace(/[a-z]+/g, (run) => run.toUpperCase());
}

export function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}

export function trim(text: string): string {
  return text
    .split(" ")
    .filter((part) => part !== "")
    .join(" ");
}

/** The place of a part, counted from 1 in code points. */
export function find(part: string, text: string, start: Num): number | null {
  const size = length(text);
  if (start === null || start.lt(1) || start.gte(size + 2)) return null;
  const skipped = points(text)
    .slice(0, integer(start, 1, size + 1) - 1)
    .join("").length;
  const at = text.indexOf(part, skipped);
  return at < 0 ? null : length(text.slice(0, at)) + 1;
}

export function substitute(text: string, old: string, replacement: string, nth?: Num): string {
  if (nth !== undefined && (nth === null || nth.lt(1))) return "";
  if (old === "") return text;
  const pieces = text.split(old);
  const grown = length(replacement) - length(old);
  if (nth === undefined) {
    const size = length(text) + (pieces.length - 1) * grown;
    return size > LONGEST ? "" : pieces.join(replacement);
  }
  const at = integer(nth, 1, LONGEST);
  if (at >= pieces.length) return text;
  if (length(text) + grown > LONGEST) return "";
  return pieces.slice(0, at).join(old) + replacement + pieces.slice(at).join(old);
}

export function replace(text: string, start: Num, n: Num, replacement: string): string {
  if (start === null || n === null || start.lt(1) || n.lt(0)) return "";
  const all = points(text);
  const at = Math.min(integer(start, 1, LONGEST + 1) - 1, all.length);
  const rest = all.slice(at + counted(n)).join("");
  const result = all.slice(0, at).join("") + replacement + rest;
  return length(result) > LONGEST ? "" : result;
}

export function repeat(text: string, n: Num): string {
  if (n === null || n.lt(0) || n.gte(MOST_REPEATS + 1)) return "";
  const times = integer(n, 0, MOST_REPEATS);
  return length(text) * times > LONGEST ? "" : text.repeat(times);
}

export function joinWith(separator: string, values: readonly string[], skip: boolean): string {
  return limited(values.filter((one) => !skip || one !== "").join(separator));
}
