/** All kinds by name; a computed field behaves like its result. */
import { SYSTEM_FIELDS } from "@/api/system-fields";
import type { Field } from "@/api/types";
import { address } from "./address/kind";
import { attachments, picture } from "./attachments/kind";
import { boolean } from "./boolean/kind";
import { choice, multiChoice } from "./choice/kind";
import { date, datetime } from "./date/kind";
import { money, number, percent } from "./number/kind";
import { reference } from "./reference/kind";
import { longText, text } from "./text/kind";
import type { Kind } from "./types";

const KINDS: Record<string, Kind> = {
  text,
  long_text: longText,
  phone: text,
  email: text,
  sequence: text,
  integer: number,
  number,
  money,
  percent,
  boolean,
  choice,
  multi_choice: multiChoice,
  date,
  datetime,
  address,
  attachments,
  picture,
  reference,
  person: reference,
  department: reference,
};

/** Kinds whose values are computed: shown like their result, never typed. */
const COMPUTED = new Set(["formula", "lookup", "rollup"]);

export function isComputed(field: Field): boolean {
  return COMPUTED.has(field.kind);
}

export function kindOf(field: Field): Kind {
  const name = isComputed(field) ? (field.result ?? "text") : field.kind;
  return KINDS[name] ?? text;
}

export function fieldOf(fields: Record<string, Field>, key: string): Field | undefined {
  return fields[key] ?? SYSTEM_FIELDS[key];
}
