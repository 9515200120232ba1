/** What a form shows between a keystroke and the server's answer: defaults and computed values.
 *
 * They are worked out by the server's own formulas; as soon as it has answered, its values count.
 */
import type { Field, Line, TableTrees } from "@/api/types";
import { Decimal, decimalOf } from "@/lib/format";
import type { Row } from "@/lib/formula/types";
import type { FormContext } from "./elsewhere";
import { valueFor } from "./form-rules";
import { filled } from "./use-draft";
import type { DraftLine } from "./use-draft";

/** The fields of a record or of its lines, and their formulas. */
export interface Kit {
  fields: Record<string, Field>;
  trees: TableTrees | undefined;
  context: FormContext;
}

/** Places that are kept; whole numbers are cut off, as the server does. */
function placesOf(field: Field): number | null {
  const kind = field.result ?? field.kind;
  if (kind === "money") return field.scale ?? 2;
  if (kind === "percent") return (field.scale ?? 2) + 2;
  if (kind === "number") return field.scale ?? 8;
  return kind === "integer" ? 0 : null;
}

/** A value as it is stored: numbers to the field's places. */
export function stored(field: Field | undefined, value: unknown): unknown {
  const places = field ? placesOf(field) : null;
  const number = places === null || typeof value !== "string" ? null : decimalOf(value);
  if (number === null || places === null) return value;
  const whole = (field?.result ?? field?.kind) === "integer";
  return number
    .toDecimalPlaces(places, whole ? Decimal.ROUND_DOWN : Decimal.ROUND_HALF_UP)
    .toFixed();
}

/** Numbers are stored to their places: 1.5 and 1.50 are no difference. */
export function same(own: unknown, theirs: unknown): boolean {
  if (own === theirs || ((own ?? null) === null && (theirs ?? null) === null)) return true;
  const [a, b] = [Number(own), Number(theirs)];
  const numeric =
    typeof own === "string" && typeof theirs === "string" && own !== "" && theirs !== "";
  return numeric && Math.abs(a - b) <= Math.abs(b) * 1e-6 + 0.006;
}

const isFormula = (field: Field, kit: Kit, key: string) =>
  kit.trees?.defaults?.[key] !== undefined ||
  (typeof field.default === "string" && field.default.startsWith("="));

/** A new row with its defaults; what the server made of it before stays where it was no default. */
export function withDefaults(kit: Kit, row: Row, given: Row, before: Row | undefined): Row {
  const made: Record<string, unknown> = { ...row };
  if (!before)
    for (const [key, field] of Object.entries(kit.fields))
      if ((made[key] ?? null) === null && !(key in given) && !isFormula(field, kit, key))
        made[key] = field.default ?? null;
  for (const [key, tree] of Object.entries(kit.trees?.defaults ?? {})) {
    if (key in given) continue;
    const value = valueFor(tree, made, kit.context);
    const was = before && valueFor(tree, before, kit.context);
    if (value !== undefined && (!before || same(was, before[key])))
      made[key] = stored(kit.fields[key], value);
  }
  return made;
}

/** A row with its computed fields, each after those that it reads. */
export function withValues(kit: Kit, row: Row): Row {
  const made: Record<string, unknown> = { ...row };
  for (const [key, tree] of Object.entries(kit.trees?.values ?? {})) {
    const value = valueFor(tree, made, kit.context);
    if (value !== undefined) made[key] = stored(kit.fields[key], value);
  }
  return made;
}

interface Typed {
  given: Row;
  preview: Row | null;
  /** Whether the preview knows all that was typed. */
  current: boolean;
}

/** The record as it is shown, and as the form alone would have it: `own` computed by its formulas.
 *
 * What was read, what the server worked out, what was typed since; once the server knows all that
 * was typed, its values count.
 */
export function liveRow(
  kit: Kit,
  record: Row | null,
  { given, preview, current }: Typed,
  lines: Row,
): { row: Row; own: Row } {
  const blank = Object.fromEntries(Object.keys(kit.fields).map((key) => [key, null]));
  const known = { ...blank, ...record, ...preview, ...given, ...lines };
  const begun = record || current ? known : withDefaults(kit, known, given, preview ?? undefined);
  const own = withValues(kit, begun);
  return { own, row: current ? { ...own, ...preview, ...given, ...lines } : own };
}

/** What the server knows of a line: as stored, as previewed, and which draft the preview is of. */
export interface Known {
  stored: Line | undefined;
  previewed: Line | undefined;
  of: DraftLine | undefined;
}

const cache = new WeakMap<DraftLine, { kit: Kit; known: Known; row: Line }>();

/** A line of the grid as it is shown; the same object as long as nothing of its own changed. */
export function liveLine(kit: Kit, line: DraftLine, known: Known): Line {
  const held = cache.get(line);
  const kept =
    held?.kit === kit &&
    held.known.stored === known.stored &&
    held.known.previewed === known.previewed &&
    held.known.of === known.of;
  if (held && kept) return held.row;
  const row = worked(kit, line, known);
  cache.set(line, { kit, known, row });
  return row;
}

function worked(kit: Kit, line: DraftLine, { stored: read, previewed, of }: Known): Line {
  const row: Row = { ...read, ...previewed, ...line.given };
  if (!filled(line) || (previewed && of === line)) return row as Line;
  const begun = line.id ? row : withDefaults(kit, row, line.given, previewed);
  return withValues(kit, begun) as Line;
}
