import { describe, expect, it } from "vitest";
import type { Field, FormTree, Line, TableTrees } from "@/api/types";
import { seenLines, seenOf } from "./seen";
import { totalOf } from "./lines-table";
import { shownColumns } from "./view";

const CONTEXT = { now: "2026-11-26T00:00:00Z", today: "2026-11-26", zone: "Asia/Shanghai" };
const label = { "zh-CN": "甲", en: "A" };
const gift: FormTree = {
  v: 2,
  text: 'kind = "gift"',
  type: "bool",
  expr: {
    op: "=",
    type: "bool",
    args: [
      { op: "path", type: "text", path: ["kind"] },
      { op: "literal", type: "text", value: "gift" },
    ],
  },
};
const elsewhere: FormTree = {
  v: 2,
  text: "customer.vip",
  type: "bool",
  expr: { op: "path", type: "bool", path: ["customer", "vip"], entities: ["orders.customer"] },
};
const fields: Record<string, Field> = {
  kind: { kind: "text", label },
  reason: { kind: "text", label, visible: 'kind = "gift"' },
  perk: { kind: "text", label, visible: "customer.vip" },
  inner: { kind: "text", label, visible: false },
  cost: { kind: "money", label },
};
const trees: TableTrees = { visible: { reason: gift, perk: elsewhere } };

const load = (_: string, id: string) => ({ id, vip: id === "1" });

describe("a record's page", () => {
  it("hides what the form would hide for the same values", () => {
    const shown = (kind: string | null) =>
      Object.keys(fields).filter(
        seenOf(fields, trees, { kind, reason: "x", customer: "1" }, CONTEXT),
      );
    expect(shown("gift")).toEqual(["kind", "reason", "perk", "cost"]);
    expect(shown("sale")).toEqual(["kind", "perk", "cost"]);
    expect(shown(null)).toEqual(["kind", "perk", "cost"]);
    const perk = (customer: string | null) =>
      seenOf(fields, trees, { customer }, { ...CONTEXT, load })("perk");
    expect([perk("1"), perk("2"), perk(null)]).toEqual([true, false, false]);
    expect(Object.keys(fields).filter(seenOf(fields, undefined, {}, CONTEXT))).toEqual([
      "kind",
      "reason",
      "perk",
      "cost",
    ]);
  });
  it("hides cells of lines by their own line, and columns that are hidden in all", () => {
    const lines: Line[] = [
      { id: "1", kind: "gift", reason: "新年", inner: "x", cost: "1.50" },
      { id: "2", kind: "sale", reason: "旧", inner: "y", cost: "2" },
    ];
    const hiding = { visible: { reason: gift, cost: gift } };
    const seen = seenLines(fields, hiding, lines, CONTEXT);
    expect(seen.map((one) => [one.kind, one.reason, one.inner, one.cost])).toEqual([
      ["gift", "新年", null, "1.50"],
      ["sale", null, null, null],
    ]);
    expect(totalOf(seen, "cost")).toBe("1.5");
    const all = { kind: "lines", label, fields };
    const columns = (of: Line[]) => shownColumns(all, of).map(([key]) => key);
    expect(columns(seen)).toEqual(["kind", "reason", "cost"]);
    expect(columns(seenLines(fields, hiding, lines.slice(1), CONTEXT))).toEqual(["kind"]);
  });
  it("leaves lines as they are when nothing of theirs is hidden", () => {
    const lines: Line[] = [{ id: "1", kind: "sale" }];
    expect(seenLines({ kind: { kind: "text", label } }, undefined, lines, CONTEXT)).toBe(lines);
  });
});
