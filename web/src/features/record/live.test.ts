import { describe, expect, it } from "vitest";
import type { Field, FormTree, TableTrees } from "@/api/types";
import { gridColumns } from "./grid-commands";
import { liveLine, liveRow, same, stored, withDefaults } from "./live";
import type { Kit } from "./live";
import { newLine } from "./use-draft";

const CONTEXT = { now: "2026-11-26T00:00:00Z", today: "2026-11-26", zone: "Asia/Shanghai" };
const label = { "zh-CN": "甲", en: "A" };
const field = (kind: string, more: Partial<Field> = {}): Field => ({ kind, label, ...more });

const at = (type: string, ...path: string[]) => ({ op: "path", type, path });
const literal = (type: string, value: unknown) => ({ op: "literal", type, value });
const call = (type: string, op: string, ...args: object[]): FormTree =>
  ({ v: 2, text: op, type, expr: { op, type, args } }) as FormTree;
const zero = (path: string) => ({ op: "#zero", type: "number", args: [at("number", path)] });
const times = (a: string, b: string) => call("number", "*", zero(a), zero(b));
const carried: FormTree = {
  v: 2,
  text: "customer.terms",
  type: "text",
  expr: { ...at("text", "customer", "terms"), entities: ["orders.customer"] },
};

const lineFields: Record<string, Field> = {
  product: field("reference"),
  quantity: field("number", { default: "1" }),
  price: field("money"),
  ready: field("date", { default: "TODAY() + 1" }),
  amount: field("formula", { result: "money" }),
  tax: field("formula", { result: "money" }),
};
const lineTrees: TableTrees = {
  defaults: {
    ready: call("date", "#+", { op: "TODAY", type: "date", args: [] }, literal("number", "1")),
  },
  values: {
    amount: times("quantity", "price"),
    tax: call("number", "*", zero("amount"), literal("number", "0.13")),
  },
};
const lineKit: Kit = { fields: lineFields, trees: lineTrees, context: CONTEXT };
const nothing = { stored: undefined, previewed: undefined, of: undefined };

describe("a line", () => {
  it("has its defaults and computed values at once", () => {
    const line = newLine({ price: "2.005" });
    expect(liveLine(lineKit, line, nothing)).toEqual({
      product: null,
      quantity: "1",
      price: "2.005",
      ready: "2026-11-27",
      amount: "2.01",
      tax: "0.26",
    });
    expect(liveLine(lineKit, line, nothing)).toBe(liveLine(lineKit, line, nothing));
  });
  it("says nothing while nothing was typed", () => {
    expect(liveLine(lineKit, newLine(), nothing)).toEqual({});
  });
  it("is what the server made of it, until something else is typed", () => {
    const line = newLine({ product: "7" });
    const previewed = {
      id: "1",
      quantity: "1",
      price: "9.00",
      ready: "2026-12-24",
      amount: "8.50",
    };
    const told = { stored: undefined, previewed, of: line };
    expect(liveLine(lineKit, line, told)).toEqual({ ...previewed, product: "7" });
    const further = { ...line, given: { ...line.given, quantity: "3" } };
    expect(liveLine(lineKit, further, told)).toMatchObject({
      price: "9.00",
      ready: "2026-12-24",
      amount: "27",
      tax: "3.51",
    });
  });
  it("that is stored takes no default, but is computed", () => {
    const line = newLine({ quantity: "4" }, "5");
    const read = { id: "5", quantity: "2", price: "10.00", ready: null, amount: "20.00" };
    expect(liveLine(lineKit, line, { ...nothing, stored: read })).toMatchObject({
      ready: null,
      amount: "40",
      tax: "5.2",
    });
  });
});

const fields: Record<string, Field> = {
  name: field("text"),
  kind: field("choice", { default: "sale" }),
  title: field("text", { default: '="x" & name' }),
  terms: field("text", { default: "=customer.terms" }),
  seen: field("number", { default: "=1/3", scale: 2 }),
  total: field("formula", { result: "money" }),
  lines: field("lines", { fields: lineFields }),
};
const trees: TableTrees = {
  defaults: {
    title: call("text", "#&", literal("text", "x"), at("text", "name")),
    terms: carried,
    seen: call("number", "/", literal("number", "1"), literal("number", "3")),
  },
  values: { total: call("number", "SUM", { ...at("number", "amount"), lines: "lines" }) },
};
const kit: Kit = { fields, trees, context: CONTEXT };
const typed = (given: object, preview: object | null = null, current = false) => ({
  given: given as Record<string, unknown>,
  preview: preview as Record<string, unknown> | null,
  current,
});

describe("a record", () => {
  it("that is new has its defaults at once, but those of other records from the server", () => {
    const { row } = liveRow(kit, null, typed({ name: "b" }), { lines: [{ amount: "2.01" }] });
    expect(row).toEqual({
      name: "b",
      kind: "sale",
      title: "xb",
      terms: null,
      seen: "0.33",
      total: "2.01",
      lines: [{ amount: "2.01" }],
    });
  });
  it("takes no default where something was typed, be it nothing", () => {
    const { row } = liveRow(kit, null, typed({ kind: null, title: "" }), {});
    expect([row.kind, row.title]).toEqual([null, ""]);
  });
  it("follows a default on, but not what the server put in its place", () => {
    const lines = { lines: [] };
    const byDefault = { name: "b", title: "xb", terms: "net 30", kind: "gift" };
    const on = liveRow(kit, null, typed({ name: "c" }, byDefault), lines).row;
    expect([on.title, on.terms, on.kind]).toEqual(["xc", "net 30", "gift"]);
    const other = liveRow(kit, null, typed({ name: "c" }, { ...byDefault, title: "V" }), lines);
    expect(other.row.title).toBe("V");
  });
  it("is what the server says once it knows all that was typed", () => {
    const lines = { lines: [{ amount: "2.00" }] };
    const preview = { name: "b", title: "t", total: "1.90" };
    const { row, own } = liveRow(kit, null, typed({ name: "b" }, preview, true), lines);
    expect([row.title, row.total, own.total]).toEqual(["t", "1.90", "2"]);
  });
  it("that is stored takes no defaults", () => {
    const { row } = liveRow(kit, { title: null }, typed({ name: "c" }), { lines: [] });
    expect([row.title, row.kind, row.total]).toEqual([null, null, "0"]);
  });
});

it("numbers are kept to their places, half away from zero, whole ones cut off", () => {
  const values = [
    stored(field("money"), "2.345"),
    stored(field("money"), "-2.345"),
    stored(field("percent"), "0.12345"),
    stored(field("formula", { result: "number", scale: 0 }), "2.5"),
    stored(field("formula", { result: "integer" }), "-2.9"),
    stored(field("text"), "2.345"),
    stored(field("number"), null),
  ];
  expect(values).toEqual(["2.35", "-2.35", "0.1235", "3", "-2", "2.345", null]);
  expect([same("1.5", "1.50"), same(null, undefined), same("1", "2"), same("a", "b")]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

it("defaults see those before them", () => {
  const chain: Kit = {
    fields: { a: field("number", { default: "2" }), b: field("number"), c: field("number") },
    trees: { defaults: { b: times("a", "a"), c: times("b", "b") } },
    context: CONTEXT,
  };
  expect(withDefaults(chain, {}, {}, undefined)).toEqual({ a: "2", b: "4", c: "16" });
});

it("columns are what can be typed, and what is computed from that", () => {
  const all = field("lines", {
    fields: {
      ...lineFields,
      shipped: field("number", { read_only: true }),
      open: field("formula", { result: "number" }),
      secret: field("text", { visible: false }),
    },
  });
  const values = { ...lineTrees.values, open: times("shipped", "shipped") };
  const keys = gridColumns(all, true, values).map(([key]) => key);
  expect(keys).toEqual(["product", "quantity", "price", "ready", "amount", "tax"]);
  expect(gridColumns(all, true).map(([key]) => key)).toEqual(keys.slice(0, 4));
});
