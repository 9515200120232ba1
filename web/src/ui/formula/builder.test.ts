import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Entity, Field } from "@/api/types";
import type { Ast } from "./ast";
import { call, literal, path } from "./ast";
import { isFinished, operators, toAst, toGroup } from "./model";
import type { Group, Item } from "./model";
import { fieldAt, Level, toKeys, toLabels } from "./names";
import { parse } from "./parse";
import { print } from "./print";

const label = (zh: string, en = zh) => ({ "zh-CN": zh, en });
const options = [
  { key: "draft", label: label("草稿", "Draft") },
  { key: "done", label: label("完成", "Done") },
];
const fields: Record<string, Field> = {
  amount: { kind: "money", label: label("金额", "Amount") },
  rate: { kind: "percent", label: label("比例 %", "Rate %") },
  name: { kind: "text", label: label("名称", "Name") },
  day: { kind: "date", label: label("日期", "Day") },
  state: { kind: "choice", label: label("状态", "State"), options },
  tags: { kind: "multi_choice", label: label("标签", "Tags"), options },
  active: { kind: "boolean", label: label("或", "Or") },
  keeper: { kind: "person", label: label("负责", "Keeper") },
  customer: { kind: "reference", label: label("客户", "Customer"), entity: "customer" },
  lines: {
    kind: "lines",
    label: label("明细", "Lines"),
    fields: { amount: { kind: "money", label: label("金额", "Amount") } },
  },
};
const entities: Record<string, Entity> = {
  order: { id: "order", label: label("订单"), fields },
  customer: {
    id: "customer",
    label: label("客户"),
    fields: { level: { kind: "choice", label: label("等级", "Level"), options } },
  },
};
const level = Level.of(entities, "orders", "order");
const look = (at: string[]) => fieldAt(level, at);
const WORDS = { AND: "且", OR: "或", NOT: "非", IN: "属于", TRUE: "真", FALSE: "假", SUM: "求和" };

/** The same numbers every time, so that a failure can be looked at. */
function chance(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function anyAst(roll: (below: number) => number, depth: number): Ast {
  const inner = () => anyAst(roll, depth - 1);
  const paths = [...Object.keys(fields).filter((one) => one !== "lines"), "customer.level"];
  const leaf = [
    () => path(...paths[roll(paths.length)]!.split(".")),
    () => literal("number", ["0", "1.50", "100000"][roll(3)]!),
    () => literal("text", ["draft", "x", '说"好"', ""][roll(4)]!),
    () => literal("bool", roll(2) === 1),
  ];
  const node = [
    () => call(["AND", "OR", "+", "&"][roll(4)]!, ...Array.from({ length: 2 + roll(2) }, inner)),
    () => call(["=", "<>", "<", ">=", "-", "*", "/", "^"][roll(8)]!, inner(), inner()),
    () => call("NOT", inner()),
    () => call(["neg", "pos", "percent"][roll(3)]!, inner()),
    () => call("IN", inner(), ...Array.from({ length: 1 + roll(3) }, inner)),
    () => call("BETWEEN", inner(), inner(), inner()),
    () => call("CONTAINS", inner(), inner()),
    () => call("ISBLANK", inner()),
    () => call("SUM", path("lines", "amount")),
    () => call("CURRENT_USER"),
  ];
  const from = depth <= 0 ? leaf : [...leaf, ...node, ...node];
  return from[roll(from.length)]!();
}

function anyGroup(roll: (below: number) => number, depth: number): Group {
  const keys = Object.keys(fields).filter((one) => one !== "lines");
  const condition = (): Item => {
    const key = keys[roll(keys.length)]!;
    const ops = operators(fields[key]!);
    const op = ops[roll(ops.length)]!;
    const numeric = ["money", "percent"].includes(fields[key]!.kind);
    const one = () => (numeric ? literal("number", "5") : literal("text", "draft"));
    const count = { between: 2, in: 1 + roll(2), not_in: 1 }[op] ?? 1;
    const none = op.endsWith("blank") || ["yes", "no", "me"].includes(op);
    const values = none ? [] : Array.from({ length: count }, one);
    return { kind: "condition", path: [key], op, values };
  };
  const items = Array.from({ length: 2 + roll(3) }, () =>
    depth > 0 && roll(3) === 0 ? anyGroup(roll, depth - 1) : condition(),
  );
  return { kind: "group", join: roll(2) ? "AND" : "OR", items };
}

describe("text and tree", () => {
  it("reads back any tree that it prints, with keys and with the words of people", () => {
    const roll = chance(7);
    for (let turn = 0; turn < 3000; turn += 1) {
      const node = anyAst(roll, 4);
      expect(parse(print(node))).toEqual(node);
      const shown = print(toLabels(node, level, "zh-CN"), WORDS);
      const again = parse(shown, { 求和: "SUM" });
      expect(again && toKeys(again, level), shown).toEqual(node);
    }
  });
  it("reads every formula of the specification, and what it prints of it", () => {
    const file = resolve(import.meta.dirname, "../../../../spec/formula.cases.json");
    const { cases } = JSON.parse(readFileSync(file, "utf8")) as {
      cases: { formula: { text: string } }[];
    };
    expect(cases.length).toBeGreaterThan(400);
    for (const { formula } of cases) {
      const node = parse(formula.text);
      expect(node, formula.text).not.toBeNull();
      expect(parse(print(node!)), formula.text).toEqual(node);
    }
  });
  it.each([
    ["金额＞100 且 状态＝“草稿”", 'amount > 100 AND state = "draft"'],
    ["[比例 %] ≥ 5% 或 非 [或]", "[rate] >= 5% OR NOT(active)".replace("[rate]", "rate")],
    ["求和（明细.金额）÷2", "SUM(lines.amount) / 2"],
    ['客户.等级 属于 ("完成"; "x")', 'customer.level IN ("done", "x")'],
    ["(a 且 b) 且 c", "(a AND b) AND c"],
  ])("%s", (typed, stored) => {
    expect(print(toKeys(parse(typed, { 求和: "SUM" })!, level))).toBe(stored);
  });
  it.each(["amount >", '"open', "[open", "(1", "1)", "a b", "", "a..b", "f(1,)"])(
    "refuses %s",
    (text) => {
      expect(parse(text)).toBeNull();
    },
  );
});

describe("rows", () => {
  it("gives back any tree unchanged", () => {
    const roll = chance(11);
    for (let turn = 0; turn < 3000; turn += 1) {
      const node = anyAst(roll, 4);
      expect(toAst(toGroup(node, look))).toEqual(node);
    }
  });
  it("survives the text: groups in groups become the same rows", () => {
    const roll = chance(13);
    for (let turn = 0; turn < 1000; turn += 1) {
      const group = anyGroup(roll, 3);
      const again = toGroup(parse(print(toAst(group)!)), look);
      expect(again).toEqual(group);
    }
  });
  it("makes rows of what has rows, and keeps the rest as formulas", () => {
    const text =
      'amount > 100 AND (state IN ("draft") OR keeper = CURRENT_USER()) AND amount * 2 > rate';
    const group = toGroup(parse(text), look);
    expect(group.items.map((one) => one.kind)).toEqual(["condition", "group", "raw"]);
    expect(print(toAst(group)!)).toBe(text);
  });
  it("leaves out what is not finished", () => {
    const group: Group = {
      kind: "group",
      join: "OR",
      items: [
        { kind: "condition", path: ["amount"], op: "gt", values: [] },
        { kind: "group", join: "AND", items: [] },
        { kind: "condition", path: ["active"], op: "yes", values: [] },
        {
          kind: "condition",
          path: ["day"],
          op: "between",
          values: [literal("text", "2026-01-01")],
        },
      ],
    };
    expect(group.items.map((one) => one.kind === "condition" && isFinished(one))).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect(print(toAst(group)!)).toBe("active");
    expect(toAst({ ...group, items: [] })).toBeNull();
  });
});
