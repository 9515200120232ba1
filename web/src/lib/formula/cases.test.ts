import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { VERSION, evaluate } from "./evaluate.ts";
import type { CalendarData, Formula, FormulaContext, Row } from "./types.ts";

interface Case {
  readonly formula: Formula;
  readonly value: unknown;
}

interface Cases {
  readonly world: FormulaContext & {
    readonly row: Row;
    readonly old: Row;
    readonly customers: readonly Row[];
  };
  readonly calendars: Readonly<Record<string, CalendarData>>;
  readonly cases: readonly Case[];
  readonly changes: readonly Case[];
}

const file = resolve(import.meta.dirname, "../../../../spec/formula.cases.json");
const { world, calendars, cases, changes } = JSON.parse(readFileSync(file, "utf8")) as Cases;
const load = (_: string, id: string) => world.customers.find((one) => one.id === id);

function answer(formula: Formula): unknown {
  return evaluate({ ...formula, calendars }, world.row, world, { load, old: world.old });
}

test("there are as many cases as the server has", () => {
  expect(cases.length).toBeGreaterThanOrEqual(700);
  expect(changes.length).toBeGreaterThanOrEqual(15);
  expect(new Set(cases.map(({ formula }) => formula.v))).toEqual(new Set([VERSION]));
});

test.each(cases.map(({ formula, value }) => [formula.text, formula, value] as const))(
  "%s",
  (_, formula, value) => {
    expect(answer(formula)).toEqual(value);
  },
);

test.each(changes.map(({ formula, value }) => [formula.text, formula, value] as const))(
  "a rule: %s",
  (_, formula, value) => {
    expect(answer(formula)).toEqual(value);
  },
);

test("an empty record never throws", () => {
  for (const { formula } of [...cases, ...changes]) evaluate({ ...formula, calendars }, {}, world);
});
