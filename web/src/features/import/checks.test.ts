import { expect, it } from "vitest";
import { findingsOf, settled, touched } from "./checks";
import type { Choice, Target } from "./types";

const field = (name: string, more: Partial<Target> = {}): Target => ({
  name,
  label: name.replace(".", " · "),
  kind: "text",
  required: false,
  finished: false,
  key: !name.includes("."),
  unique: false,
  options: null,
  ...more,
});
const FIELDS = [
  field("code", { required: true, unique: true }),
  field("name", { required: true }),
  field("state", { finished: true }),
  field("lines.product", { required: true }),
  field("lines.note"),
  field("other.note"),
];
const choice = (columns: Record<string, string>, more: Partial<Choice> = {}): Choice => ({
  columns,
  key: "code",
  mode: "normal",
  ...more,
});

it("asks for a key, and for required fields that nothing fills", () => {
  expect(findingsOf(FIELDS, choice({ A: "code" }))).toEqual({
    noKey: false,
    linesOf: [],
    missing: ["name"],
  });
  expect(findingsOf(FIELDS, choice({ B: "name" })).noKey).toBe(true);
});

it("asks for the fields of lines only where lines are filled", () => {
  const found = findingsOf(FIELDS, choice({ A: "code", B: "name", C: "lines.note" }));
  expect(found.missing).toEqual(["lines · product"]);
});

it("allows one kind of lines", () => {
  const found = findingsOf(FIELDS, choice({ A: "code", C: "lines.note", D: "other.note" }));
  expect(found.linesOf).toEqual(["lines", "other"]);
});

it("keeps facts of the past to their mode", () => {
  const columns = { A: "code", S: "state" };
  expect(settled(FIELDS, choice(columns)).columns).toEqual({ A: "code" });
  expect(settled(FIELDS, choice(columns, { mode: "history" })).columns).toEqual(columns);
});

it("takes a mapped key that no two records share, and none by guess", () => {
  expect(settled(FIELDS, choice({ A: "code", B: "name" }, { key: "" })).key).toBe("code");
  expect(settled(FIELDS, choice({ A: "code", B: "name" }, { key: "name" })).key).toBe("name");
  expect(settled(FIELDS, choice({ B: "name" })).key).toBe("code");
});

it("finds what a run made apart from what it changed", () => {
  expect(touched("created", "7", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z")).toBe(
    'created_by = "7" AND created_at >= "2026-01-01T00:00:00Z" AND created_at <= "2026-01-01T00:01:00Z"',
  );
  expect(touched("updated", "7", "a", "b")).toBe(
    'updated_by = "7" AND updated_at >= "a" AND updated_at <= "b" AND created_at < "a"',
  );
});
