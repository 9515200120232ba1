/**
 * The tree of a formula as the server sends it, and the values it is computed with.
 *
 * Numbers are decimals, never JavaScript numbers; a day is its ordinal (1 is the first of year 1);
 * a moment is microseconds since 1970; ids are text.
 */
import type { Decimal } from "decimal.js";

export type TypeName =
  | "number"
  | "text"
  | "bool"
  | "date"
  | "datetime"
  | "id"
  | "list"
  | "address"
  | "blank";

export interface Expr {
  readonly op: string;
  readonly type: TypeName;
  readonly args?: readonly Expr[];
  /** The value of a literal, as on the wire. */
  readonly value?: unknown;
  /** Columns from the record to the value, through references. */
  readonly path?: readonly string[];
  /** The entity that each reference leads to. */
  readonly entities?: readonly string[];
  readonly part?: string;
  /** The lines that the value runs over. */
  readonly lines?: string;
  /** What to say when nothing comes out, and where it stands in the text. */
  readonly note?: string;
  readonly at?: readonly [number, number];
}

export interface CalendarData {
  readonly first: number;
  readonly last: number;
  readonly days: readonly number[];
  readonly correction: readonly number[];
  readonly before: readonly number[];
}

export interface Formula {
  readonly v: number;
  readonly text: string;
  readonly type: TypeName;
  readonly expr: Expr;
  readonly calendars?: Readonly<Record<string, CalendarData>>;
}

export type Row = Readonly<Record<string, unknown>>;
export type Load = (entity: string, id: string) => Row | null | undefined;

/** The moment, the zone, and who asks. */
export interface FormulaContext {
  readonly now: string;
  readonly today: string;
  readonly zone: string;
  readonly user_id?: string | null;
  readonly department_id?: string | null;
  readonly department_ids?: readonly string[];
  readonly roles?: readonly string[];
  readonly keys?: Readonly<Record<string, readonly string[]>>;
}

export interface Note {
  readonly code: string;
  readonly start: number;
  readonly end: number;
}

export type Value = Decimal | string | boolean | number | bigint | readonly string[] | Row | null;

export interface Env {
  readonly row: Row;
  readonly line: Row;
  readonly old: Row;
  readonly load: Load;
  readonly context: FormulaContext;
  readonly calendars: Readonly<Record<string, CalendarData>>;
  readonly notes: Note[] | null;
}

export type Run = (env: Env) => Value;
export type Num = Decimal | null;
export type Day = number | null;
export type Moment = bigint | null;
