/** What the server says of a file, and of the job that brings its rows. */

export interface Target {
  name: string;
  label: string;
  kind: string;
  required: boolean;
  /** Only finished facts of the past may fill it. */
  finished: boolean;
  /** Whether it can tell records apart. */
  key: boolean;
  /** Whether no two records share it. */
  unique: boolean;
  options: string[] | null;
}

export type Mode = "normal" | "history";

export interface Choice {
  columns: Record<string, string>;
  key: string;
  mode: Mode;
}

export interface Preview {
  name: string;
  columns: string[];
  rows: number;
  sample: string[][];
  fields: Target[];
  suggested: Choice & { source: "names" | "remembered" };
  shipped: { mode: Mode; fills: string[] } | null;
  problems: { code: string; message: string }[];
}

export interface Job {
  id: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  done: number;
  total: number | null;
  asked: Partial<Choice> & { entity: string; name: string; dry_run: boolean };
  started_at: string | null;
  ended_at: string | null;
  errors: string | null;
  result: {
    rows?: number;
    created?: number;
    updated?: number;
    unchanged?: number;
    failed?: number;
    reported?: number;
    steps?: { entity: string; records: number; created: number; updated: number }[];
    faults?: { row: number; column: string; message: string }[];
    message?: string;
    errors?: { message: string }[];
  };
}

/** Where the bytes come from: a file just chosen, or the one of an earlier try. */
export type Source = { file: File } | { job: string };
