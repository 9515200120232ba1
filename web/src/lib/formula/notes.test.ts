import { expect, test } from "vitest";
import { evaluate } from "./evaluate.ts";
import type { Expr, Formula, Note } from "./types.ts";

const context = { now: "2026-03-01T02:30:00Z", today: "2026-03-01", zone: "Asia/Shanghai" };
const divided: Expr = {
  op: "/",
  type: "number",
  note: "division_by_zero",
  at: [4, 9],
  args: [
    { op: "literal", type: "number", value: "1" },
    { op: "path", type: "number", path: ["n"] },
  ],
};

function notes(expr: Expr, row: Record<string, unknown>): Note[] {
  const found: Note[] = [];
  const formula: Formula = { v: 1, text: "", type: "number", expr };
  evaluate(formula, row, context, { notes: found });
  return found;
}

test("a division by zero is noted with its place", () => {
  expect(notes(divided, { n: "0" })).toEqual([
    { code: "formula.division_by_zero", start: 4, end: 9 },
  ]);
});

test("a blank that was blank before is not", () => {
  expect(notes(divided, { n: null })).toEqual([]);
  expect(notes(divided, { n: "2" })).toEqual([]);
});

test("a branch that was not chosen says nothing", () => {
  const chosen: Expr = {
    op: "IF",
    type: "number",
    args: [{ op: "path", type: "bool", path: ["yes"] }, divided],
  };
  expect(notes(chosen, { n: "0", yes: false })).toEqual([]);
  expect(notes(chosen, { n: "0", yes: true })).toHaveLength(1);
});
