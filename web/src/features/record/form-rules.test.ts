import { describe, expect, it } from "vitest";
import type { Field, FormTree, TableTrees } from "@/api/types";
import { filterFor, fittedColumns, rulesOf, valueFor, violations } from "./form-rules";

const CONTEXT = { now: "2026-11-26T00:00:00Z", today: "2026-11-26", zone: "Asia/Shanghai" };

const at = (type: string, ...path: string[]) => ({ op: "path", type, path });
const is = (field: string, value: string): FormTree => ({
  v: 2,
  text: `${field} = "${value}"`,
  type: "bool",
  expr: {
    op: "=",
    type: "bool",
    args: [at("text", field), { op: "literal", type: "text", value }],
  },
});
const elsewhere: FormTree = {
  v: 2,
  text: "customer.vip",
  type: "bool",
  expr: { op: "path", type: "bool", path: ["customer", "vip"], entities: ["orders.customer"] },
};
const product: FormTree = {
  v: 2,
  text: "price * 2",
  type: "number",
  expr: {
    op: "*",
    type: "number",
    args: [at("number", "price"), { op: "literal", type: "number", value: "2" }],
  },
};
const trees: TableTrees = {
  visible: { reason: is("kind", "gift"), secret: elsewhere },
  required: { price: is("kind", "sale"), secret: elsewhere },
  read_only: { price: is("state", "done") },
  options: { pay: { credit: is("kind", "sale") } },
  values: { twice: product },
};

describe("the rules of a form", () => {
  it("follow what is typed", () => {
    const gift = rulesOf(trees, { kind: "gift", price: "1.5" }, null, CONTEXT);
    const sale = rulesOf(trees, { kind: "sale", price: null }, null, CONTEXT);
    expect([gift.visible("reason"), sale.visible("reason")]).toEqual([true, false]);
    expect([gift.required("price"), sale.required("price")]).toEqual([false, true]);
    expect([gift.offered("pay", "credit"), sale.offered("pay", "credit")]).toEqual([false, true]);
    expect(sale.offered("pay", "cash")).toBe(true);
    expect([gift.value("twice"), sale.value("twice")]).toEqual(["3", null]);
  });
  it("keep blank numbers blank in a formula that says so, and count them as zero elsewhere", () => {
    const price = at("number", "price");
    const one = { op: "literal", type: "number", value: "1" };
    const sum = (arg: typeof price | object): FormTree => ({
      v: 2,
      text: "price + 1",
      type: "number",
      expr: { op: "#+", type: "number", args: [arg, one] } as FormTree["expr"],
    });
    const values = {
      kept: sum(price),
      zeroed: sum({ op: "#zero", type: "number", args: [price] }),
    };
    const blank = rulesOf({ values }, { price: null }, null, CONTEXT);
    expect([blank.value("kept"), blank.value("zeroed")]).toEqual([null, "1"]);
    const typed = rulesOf({ values }, { price: "2.5" }, null, CONTEXT);
    expect([typed.value("kept"), typed.value("zeroed")]).toEqual(["3.5", "3.5"]);
  });
  it("freeze by the record as it was saved", () => {
    const typed = { state: "done" };
    expect(rulesOf(trees, typed, null, CONTEXT).frozen("price")).toBe(false);
    expect(rulesOf(trees, typed, { state: "draft" }, CONTEXT).frozen("price")).toBe(false);
    expect(rulesOf(trees, {}, { state: "done" }, CONTEXT).frozen("price")).toBe(true);
  });
  it("leave to the server what another record says", () => {
    const rules = rulesOf(trees, { customer: "1" }, null, CONTEXT);
    expect(valueFor(elsewhere, { customer: "1" }, CONTEXT)).toBeUndefined();
    expect([rules.visible("secret"), rules.required("secret")]).toEqual([true, false]);
    expect(rulesOf(undefined, {}, null, CONTEXT).visible("any")).toBe(true);
  });
  it("leave to the server what a later release of it sends", () => {
    const later = { ...product, v: 3 };
    expect(valueFor(later, { price: "1" }, CONTEXT)).toBeUndefined();
    expect(valueFor(product, { price: "1" }, CONTEXT)).toBe("2");
  });
  it("say which validations do not hold", () => {
    const all = { validations: { one: is("kind", "sale"), two: elsewhere, three: is("a", "b") } };
    const message = { "zh-CN": "不对" };
    const found = violations(
      [
        { id: "one", message, fields: ["kind"], level: "warning" },
        { id: "two", message },
        { id: "three", message, level: "flag" },
        { id: "unknown", message },
      ],
      all,
      { kind: "gift", customer: "1" },
      CONTEXT,
      (label) => label["zh-CN"] ?? "",
    );
    expect(found.map((one) => [one.pointer, one.message, one.level])).toEqual([
      ["/kind", "不对", "warning"],
    ]);
  });
});

const typed = () => ({ a: "1" });

describe("the filter of a reference", () => {
  it.each([
    ["active", {}, "active"],
    ["customer = form.customer", { customer: "7" }, 'customer = "7"'],
    ["customer = form.customer OR ISBLANK(customer)", {}, 'customer = "" OR ISBLANK(customer)'],
    ["urgent = form.urgent", { urgent: true }, "urgent = TRUE"],
    ["area = form.customer.area", { customer: "7" }, undefined],
  ])("%s", (text, form, filter) => {
    expect(filterFor(text, form)).toBe(filter);
  });
  it("reads the line too", () => {
    expect(filterFor("a = line.b AND c = form.d", { d: 'x"y' }, { b: "1" })).toBe(
      'a = "1" AND c = "x""y"',
    );
    expect(filterFor(undefined, {})).toBeUndefined();
  });
  it("is put into the active cell's column of a grid, and only there", () => {
    const label = { "zh-CN": "", en: "" };
    const plain: Field = { kind: "reference", label, filter: "active" };
    const fitting: Field = { kind: "reference", label, filter: "a = form.a AND b = line.b" };
    const columns: [string, Field][] = [
      ["plain", plain],
      ["fitting", fitting],
    ];
    expect(fittedColumns(columns, 0, typed, {})).toBe(columns);
    expect(fittedColumns(columns, 1, typed, { b: "2" })).toEqual([
      ["plain", plain],
      ["fitting", { ...fitting, filter: 'a = "1" AND b = "2"' }],
    ]);
  });
});
