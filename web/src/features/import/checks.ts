/** What keeps a choice of columns from being tried, and what new records would lack. */
import type { Choice, Target } from "./types";

export interface Findings {
  /** Whether nothing tells records apart. */
  noKey: boolean;
  /** The lines that columns are spread over, when there are several. */
  linesOf: string[];
  /** Required fields that no column fills. */
  missing: string[];
}

const outer = (name: string) => (name.includes(".") ? (name.split(".")[0] ?? "") : "");

export function findingsOf(fields: Target[], choice: Choice): Findings {
  const mapped = new Set(Object.values(choice.columns));
  const lines = new Set([...mapped].map(outer).filter(Boolean));
  const label = (name: string) =>
    fields.find((one) => outer(one.name) === name)?.label.split(" · ")[0] ?? name;
  return {
    noKey: !mapped.has(choice.key),
    linesOf: lines.size > 1 ? [...lines].map(label) : [],
    missing: fields
      .filter((one) => one.required && !mapped.has(one.name))
      .filter((one) => !outer(one.name) || lines.has(outer(one.name)))
      .map((one) => one.label),
  };
}

/** The choice without the fields that its mode does not fill, and with a key that is mapped. */
export function settled(fields: Target[], choice: Choice): Choice {
  const open = new Map(
    fields
      .filter((one) => !one.finished || choice.mode === "history")
      .map((one) => [one.name, one]),
  );
  const columns = Object.fromEntries(
    Object.entries(choice.columns).filter(([, target]) => open.has(target)),
  );
  const mapped = Object.values(columns);
  const key = mapped.includes(choice.key)
    ? choice.key
    : (mapped.find((one) => open.get(one)?.unique) ?? choice.key);
  return { ...choice, columns, key };
}

/** The records that a run made or changed, as a filter of their list. */
export function touched(
  kind: "created" | "updated",
  person: string,
  from: string | null,
  to: string | null,
): string {
  const since = `"${from ?? ""}"`;
  const until = `"${to ?? ""}"`;
  return kind === "created"
    ? `created_by = "${person}" AND created_at >= ${since} AND created_at <= ${until}`
    : `updated_by = "${person}" AND updated_at >= ${since} AND updated_at <= ${until} AND created_at < ${since}`;
}
