/** Shapes of the API; user-defined keys are never changed. */

export type Label = { "zh-CN"?: string; en?: string };
export type Value = unknown;
export type Rec = { id: string; version: number } & Record<string, Value>;
export type Line = { id?: string } & Record<string, Value>;
export type Refs = Record<string, Record<string, string>>;

export interface Option {
  key: string;
  label: Label;
  colour?: string;
  archived?: boolean;
}

export interface Field {
  kind: string;
  label: Label;
  help?: Label;
  /** A word, or a formula that begins with `=`. */
  required?: string;
  visible?: boolean | string;
  read_only?: boolean | string;
  hidden_in_form?: boolean;
  options?: Option[];
  entity?: string;
  filter?: string;
  carry?: Record<string, string>;
  scale?: number;
  result?: string;
  formula?: string;
  fields?: Record<string, Field>;
  totals?: string[];
  max_length?: number;
  /** The text is codes whose words stand in `refs` under this name. */
  codes?: string;
  default?: unknown;
  types?: string[];
  maximum?: number | string;
  max_mb?: number;
}

export interface Action {
  label: Label;
  scope?: "record" | "entity";
  from?: string[];
  to?: string[];
  parameters?: Record<string, Field>;
  style?: "primary" | "default" | "danger";
  confirm?: Label;
  bulk?: boolean;
  icon?: string;
}

export interface Entity {
  id: string;
  label: Label;
  icon?: string;
  title?: string;
  subtitle?: string;
  sort?: string;
  sections?: { id: string; label: Label; columns?: number; fields: string[] }[];
  fields: Record<string, Field>;
  states?: {
    field: string;
    initial: string;
    edges: Record<string, string[]>;
    path?: string[];
  };
  actions?: Record<string, Action>;
  validations?: {
    id: string;
    message: Label;
    level?: "error" | "warning" | "flag";
    fields?: string[];
  }[];
  ledger?: unknown;
  permanent?: boolean;
}

export interface View {
  id: string;
  label: Label;
  entity: string;
  columns: string[];
  filter?: string;
  sort?: string;
}

export interface MenuItem {
  view?: string;
  entity?: string;
  label?: Label;
  icon?: string;
  items?: MenuItem[];
}

export interface Rights {
  see: boolean;
  create: boolean;
  edit: boolean;
  delete: boolean;
  import: boolean;
  export: boolean;
  actions: string[];
  read_only: string[];
}

/** A formula that the server compiled; the evaluator knows its inside. */
export type FormTree = Record<string, unknown>;
type Trees = Record<string, FormTree>;

export interface TableTrees {
  required?: Trees;
  visible?: Trees;
  read_only?: Trees;
  defaults?: Trees;
  values?: Trees;
  options?: Record<string, Trees>;
}

export interface FormTrees extends TableTrees {
  lines?: Record<string, TableTrees>;
  validations?: Trees;
}

export interface App {
  version: number;
  app: {
    id: string;
    label: Label;
    currency?: string;
    menu?: MenuItem[];
    entities: Record<string, Entity>;
    views?: Record<string, View>;
  };
  forms?: Record<string, FormTrees>;
  rights: Record<string, Rights>;
}

export interface FormulaFunction {
  name: string;
  aliases: string[];
}

export interface Session {
  person: { id: string; login: string; name: string };
  roles: string[];
  /** The home department, and it with all below. */
  department: string | null;
  departments: string[];
  /** The records that the roles are bound to, by name. */
  keys: Record<string, string[]>;
  is_owner: boolean;
  language: "zh-CN" | "en";
  theme: "light" | "dark";
  csrf: string | null;
  apps: { id: string; label: Label; icon?: string }[];
  limits?: { file_mb: number };
}

/** A file as a field holds it. */
export interface StoredFile {
  id: string;
  name: string;
  kind: string;
  size: number;
}

export interface Page {
  items: Rec[];
  next: string | null;
  count: number | null;
  estimated: boolean;
  refs: Refs;
}

export interface Availability {
  allowed: boolean;
  code: string | null;
  reason: string | null;
}

export interface Fault {
  pointer: string;
  code: string;
  message: string;
  params: Record<string, unknown>;
}

export interface Problem {
  code: string;
  title: string;
  detail: string;
  status: number;
  params: Record<string, unknown>;
  errors: Fault[];
  request_id?: string;
  /** What a refused dry run could work out all the same. */
  preview?: Rec;
}

export interface TimelineItem {
  id: string;
  at: string;
  kind: string;
  door: string;
  actor: { id: string; name: string } | null;
  reason: string | null;
  changes: {
    fields: Record<string, [Value, Value]>;
    lines: Record<string, Record<string, { op: string; fields: Record<string, [Value, Value]> }>>;
  };
}
