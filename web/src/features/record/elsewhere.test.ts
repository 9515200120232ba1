import { describe, expect, it } from "vitest";
import type { FormTree, FormTrees } from "@/api/types";
import type { Row } from "@/lib/formula/types";
import { isHere, wantedBy } from "./elsewhere";
import type { FormContext, Loaded } from "./elsewhere";
import { rulesOf, valueFor } from "./form-rules";
import { questions } from "./use-elsewhere";

const CONTEXT = { now: "2026-11-26T00:00:00Z", today: "2026-11-26", zone: "Asia/Shanghai" };
const path = (type: string, columns: string, entities: string[], lines?: string) => ({
  op: "path",
  type,
  path: columns.split("."),
  ...(entities.length ? { entities } : {}),
  ...(lines ? { lines } : {}),
});
const is = (operand: object, value: string): FormTree =>
  ({
    v: 2,
    text: value,
    type: "bool",
    expr: {
      op: "=",
      type: "bool",
      args: [operand, { op: "literal", type: "text", value }],
    },
  }) as FormTree;

const level = is(path("text", "customer.level", ["calc.customer"]), "a");
const above = is(path("text", "customer.parent.level", ["calc.customer", "calc.customer"]), "a");
const unit = is(path("text", "product.unit", ["calc.product"]), "kg");
const any: FormTree = {
  v: 2,
  text: "any",
  type: "bool",
  expr: {
    op: "ANY",
    type: "bool",
    args: [
      {
        op: "=",
        type: "bool",
        lines: "lines",
        args: [
          path("text", "product.unit", ["calc.product"], "lines"),
          { op: "literal", type: "text", value: "kg" },
        ],
      },
    ],
  },
};
const stored: Record<string, Row> = {
  "calc.customer 1": { id: "1", level: "a", parent: "2" },
  "calc.customer 2": { id: "2", level: "b", parent: null },
  "calc.product 7": { id: "7", unit: "kg" },
  "calc.product 8": { id: "8", unit: "m" },
};
const load: Loaded = (entity, id) => stored[`${entity} ${id}`];
const context: FormContext = { ...CONTEXT, load };

describe("a formula that reads other records", () => {
  it("has its value once they are here, and none before", () => {
    const row = { customer: "1" };
    expect(valueFor(level, row, CONTEXT)).toBeUndefined();
    expect(valueFor(level, row, context)).toBe(true);
    expect(valueFor(level, { customer: "2" }, context)).toBe(false);
    expect(valueFor(level, { customer: "3" }, context)).toBeUndefined();
    expect(valueFor(level, { customer: null }, CONTEXT)).toBe(false);
    expect(valueFor(above, row, context)).toBe(false);
    expect(valueFor(above, { customer: "2" }, context)).toBe(false);
  });
  it("runs over lines when the records of all of them are here", () => {
    const lines = [{ product: "8" }, { product: null }, { product: "7" }];
    expect(valueFor(any, { lines }, context)).toBe(true);
    expect(valueFor(any, { lines: lines.slice(0, 2) }, context)).toBe(false);
    expect(valueFor(any, { lines: [...lines, { product: "9" }] }, context)).toBeUndefined();
    expect(isHere(any, { lines: [] }, undefined)).toBe(true);
  });
  it("rules a form: shown while unknown, asked for only when known", () => {
    const trees = { visible: { terms: level }, required: { terms: level } };
    const rules = (customer: string, with_: FormContext) => {
      const found = rulesOf(trees, { customer }, null, with_);
      return [found.visible("terms"), found.required("terms")];
    };
    expect(rules("1", CONTEXT)).toEqual([true, false]);
    expect(rules("1", context)).toEqual([true, true]);
    expect(rules("2", context)).toEqual([false, false]);
    expect(rules("3", context)).toEqual([true, false]);
  });
});

describe("what is read for a form", () => {
  const trees: FormTrees = {
    visible: { terms: above },
    options: { pay: { credit: level } },
    validations: { heavy: any },
    lines: { lines: { required: { note: unit } } },
  };
  const row = { customer: "1", lines: [{ product: "7" }, { product: "8" }, {}] };
  const shown = (by: Loaded) =>
    [...wantedBy(trees, row, by)].map(([entity, one]) => [entity, [...one.ids], one.columns]);
  it("is what the formulas lead to, one reference after the other", () => {
    expect(shown(() => undefined)).toEqual([
      ["calc.customer", ["1"], ["level", "parent"]],
      ["calc.product", ["7", "8"], ["unit"]],
    ]);
    expect(shown(load)).toEqual([
      ["calc.customer", ["1", "2"], ["level", "parent"]],
      ["calc.product", ["7", "8"], ["unit"]],
    ]);
    expect([...wantedBy(trees, {}, load)]).toEqual([]);
    expect([...wantedBy(undefined, row, load)]).toEqual([]);
  });
  it("is asked for in parts that a filter can hold", () => {
    const ids = new Set(Array.from({ length: 101 }, (_, at) => String(1000 + at)));
    const asked = questions(new Map([["calc.product", { ids, columns: ["unit"] }]]));
    expect(asked.map((one) => [one.entity, one.fields, one.filter.length])).toEqual([
      ["calc.product", "id,unit", 806],
      ["calc.product", "id,unit", 14],
    ]);
    expect(asked[1]?.filter).toBe('id IN ("1100")');
  });
});
