/** From the wire's values to a formula's, and back. */
import { Decimal as Library } from "decimal.js";
import { parseDay, showDay } from "./dates.ts";
import { momentText, parseMoment, showMoment } from "./moments.ts";
import { Decimal, plain } from "./numbers.ts";
import { limited } from "./texts.ts";
import type { Row, TypeName, Value } from "./types.ts";

const NUMBER = /^[+-]?[0-9]*\.?[0-9]+(e[+-]?[0-9]+)?$/i;

function isRow(raw: unknown): raw is Row {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

/** An id, or the id of a reference that was read with its label. */
function id(raw: unknown): string | null {
  const found = isRow(raw) ? raw.id : raw;
  if (typeof found === "number") return String(found);
  return typeof found === "string" && found !== "" ? found : null;
}

function number(raw: unknown): Library | null {
  if (raw instanceof Library) return raw;
  if (typeof raw === "number") return Number.isFinite(raw) ? new Decimal(raw) : null;
  return typeof raw === "string" && NUMBER.test(raw) ? new Decimal(raw) : null;
}

/** A field's value, by its type; what does not fit, as in a form that is being typed, is blank. */
export function read(raw: unknown, type: TypeName): Value {
  switch (type) {
    case "number":
      return number(raw);
    case "text":
      return typeof raw === "string" ? raw : "";
    case "bool":
      return raw === true;
    case "date":
      return typeof raw === "string" ? parseDay(raw) : null;
    case "datetime":
      return typeof raw === "string" ? parseMoment(raw) : null;
    case "list":
      return Array.isArray(raw) ? raw.map((one) => id(one) ?? "") : [];
    case "address":
      return isRow(raw) ? raw : {};
    case "id":
      return id(raw);
    default:
      return null;
  }
}

/** A value as the wire has it: numbers as text without an exponent, empty text as null. */
export function write(value: Value): unknown {
  if (value instanceof Library) return plain(value);
  if (typeof value === "number") return showDay(value);
  if (typeof value === "bigint") return showMoment(value);
  return value === "" ? null : value;
}

export function isBlank(value: Value): boolean {
  if (value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRow(value) && !(value instanceof Library) && Object.keys(value).length === 0;
}

/** A scalar as canonical text. */
export function text(value: Value, zone: string): string {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (value instanceof Library) return plain(value);
  if (typeof value === "number") return showDay(value);
  if (typeof value === "bigint") return momentText(value, zone);
  return typeof value === "string" ? value : "";
}

export function joined(values: readonly Value[], zone: string): string {
  return limited(values.map((one) => text(one, zone)).join(""));
}
