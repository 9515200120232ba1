import { expect, it } from "vitest";
import type { Field } from "@/api/types";
import { copyRows } from "./copy";
import { splitCells } from "./paste";

const COLUMNS: [string, Field][] = [
  ["product", { kind: "reference", label: { "zh-CN": "商品" }, entity: "product" }],
  ["quantity", { kind: "number", label: { "zh-CN": "数量" } }],
  [
    "type",
    {
      kind: "choice",
      label: { "zh-CN": "行类型" },
      options: [{ key: "gift", label: { "zh-CN": "赠品" } }],
    },
  ],
  ["remark", { kind: "text", label: { "zh-CN": "备注" } }],
];

it("writes names, and quotes what a cell cannot hold plainly", () => {
  const text = copyRows(
    "orders",
    COLUMNS,
    [
      { product: "7", quantity: "2.50", type: "gift", remark: 'A\t"B"\nC' },
      { product: "8", quantity: null },
    ],
    { "orders.product": { "7": "传感器" } },
  );
  expect(splitCells(text)).toEqual([
    ["商品", "数量", "行类型", "备注"],
    ["传感器", "2.50", "赠品", 'A\t"B"\nC'],
    ["", "", "", ""],
  ]);
});
