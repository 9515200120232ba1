import { expect, it } from "vitest";
import type { Entity, Field, Rights } from "@/api/types";
import { Decimal } from "@/lib/format";
import { asks, faulty } from "./form-parts";
import { addable } from "./linked";
import { isShort } from "./sellable";

const label = { "zh-CN": "甲", en: "A" };
const field = (more: Partial<Field> = {}): Field => ({ kind: "text", label, ...more });
const entity: Entity = {
  id: "deal",
  label,
  fields: {
    name: field({ required: "always" }),
    note: field(),
    reason: field(),
    lines: field({ kind: "lines" }),
    customer: field({ kind: "reference", entity: "customer" }),
    closed: field({ kind: "reference", entity: "customer", read_only: true }),
  },
};
const rules = { required: (key: string) => key === "reason" };
const rights = (more: Partial<Rights> = {}): Rights => ({
  see: true,
  create: true,
  edit: true,
  delete: false,
  import: false,
  export: false,
  actions: [],
  read_only: [],
  ...more,
});

const of = (...keys: string[]) => asks(entity, keys, rules);
const one = (pointer: string) => ({ faults: [{ pointer, code: "x", message: "x", params: {} }] });
const short = (line: Record<string, unknown>, free: string) => isShort(line, new Decimal(free));

it("unfolds the sections that ask for something", () => {
  expect([of("note"), of("note", "name"), of("reason"), of("lines"), of()]).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
});

it("finds the field of a fault, and no other whose name begins alike", () => {
  expect(faulty(one("/lines/0/quantity"), "lines")).toBe(true);
  expect(faulty(one("/lines"), "lines")).toBe(true);
  expect(faulty(one("/name_long"), "name")).toBe(false);
  expect(faulty({ faults: [] }, "name")).toBe(false);
});

it("offers another document only to who may make one and name this record in it", () => {
  expect(addable(entity, "customer", rights())).toBe(true);
  expect(addable(entity, "customer", rights({ create: false }))).toBe(false);
  expect(addable(entity, "customer", rights({ read_only: ["customer"] }))).toBe(false);
  expect(addable(entity, "closed", rights())).toBe(false);
  expect(addable(entity, "customer", undefined)).toBe(false);
  expect(addable({ ...entity, ledger: {} }, "customer", rights())).toBe(false);
});

it("calls a line short that wants more than is free beside what it has reserved", () => {
  expect([short({ quantity: "3" }, "3"), short({ quantity: "3.5" }, "3")]).toEqual([false, true]);
  expect(short({ quantity: "5", reserved: "5" }, "0")).toBe(false);
  expect(short({ quantity: null }, "0")).toBe(false);
});
