import { describe, expect, it } from "vitest";
import type { Field } from "@/api/types";
import { cellValue, pasteRows, splitCells } from "./paste";

const field = (kind: string, more: Partial<Field> = {}): Field => ({
  kind,
  label: { "zh-CN": kind },
  ...more,
});

describe("cells of a spreadsheet", () => {
  it("splits rows and columns, whatever the line ends", () => {
    expect(splitCells("a\tb\r\nc\td\r\n")).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });
  it("keeps tabs, breaks and quotes of quoted cells", () => {
    expect(splitCells('"a\n1"\t"say ""hi"""\tx')).toEqual([["a\n1", 'say "hi"', "x"]]);
  });
  it("keeps empty cells", () => {
    expect(splitCells("\ta\t\n\t\tb")).toEqual([
      ["", "a", ""],
      ["", "", "b"],
    ]);
  });
});

describe("values of cells", () => {
  it("reads numbers as people write them", () => {
    expect(cellValue(field("money"), "¥1,234.50")).toBe("1234.50");
    expect(cellValue(field("number"), "1，000")).toBe("1000");
    expect(cellValue(field("percent"), "14.35%")).toBe("0.1435");
  });
  it("reads options by their label in any language", () => {
    const options = [{ key: "gift", label: { "zh-CN": "赠品", en: "Gift" } }];
    expect(cellValue(field("choice", { options }), "赠品")).toBe("gift");
    expect(cellValue(field("choice", { options }), "gift")).toBe("gift");
    expect(cellValue(field("choice", { options }), "别的")).toBe("别的");
  });
  it("reads dates with slashes or Chinese signs", () => {
    expect(cellValue(field("date"), "2026/11/24")).toBe("2026-11-24");
    expect(cellValue(field("date"), "2026年11月24日")).toBe("2026-11-24");
  });
  it("leaves blanks alone", () => {
    expect(cellValue(field("text"), "")).toBeUndefined();
  });
});

it("passes over columns that nobody types, so that copied rows can be pasted again", async () => {
  const columns: [string, Field][] = [
    ["quantity", field("number")],
    ["amount", field("formula", { result: "money" })],
    ["shipped", field("number", { read_only: true })],
    ["note", field("text")],
  ];
  const { rows } = await pasteRows("calc", columns, "2\t20\t1\tx\n3\t30\t\ty", 0);
  expect(rows).toEqual([
    { quantity: "2", note: "x" },
    { quantity: "3", note: "y" },
  ]);
});
