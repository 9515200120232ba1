/** What a field kind brings to the browser. */
import type { ReactNode } from "react";
import type { Field, Refs } from "@/api/types";

export interface CellProps {
  field: Field;
  value: unknown;
  refs: Refs;
  app: string;
  currency: string;
  /** Whether what it names may be gone to: not where the whole line is a link already. */
  linked?: boolean;
}

export interface ControlProps {
  id: string;
  field: Field;
  value: unknown;
  /** What the server made of the value typed, once it answered. */
  parsed?: unknown;
  onChange: (value: unknown, title?: string) => void;
  refs: Refs;
  app: string;
  invalid?: boolean;
  label: string;
  autoFocus?: boolean;
}

export interface Kind {
  /** In a line of text or a table: nothing in it can be pressed. */
  cell: (props: CellProps) => ReactNode;
  /** On the record's own page, when there is more to show than a cell holds. */
  view?: (props: CellProps) => ReactNode;
  control: (props: ControlProps) => ReactNode;
  operators: string[];
  numeric?: boolean;
  wide?: boolean;
}
