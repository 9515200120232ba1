import { expect, it } from "vitest";
import type { Field } from "@/api/types";
import { endingsOf, faultOf, filesOf, formatBytes, hrefOf, megabytesOf, mostOf } from "./limits";

const field = (more: Partial<Field> = {}): Field => ({ kind: "attachments", label: {}, ...more });

it("takes the endings of the field's kinds, whatever their case", () => {
  const papers = field({ types: ["pdf", "jpeg"] });
  expect(endingsOf(papers)).toEqual(["pdf", "jpg", "jpeg"]);
  expect(faultOf({ name: "合同.PDF", size: 1 }, papers)).toBeNull();
  for (const name of ["a.png", "pdf", "a.pdf.exe", ""])
    expect(faultOf({ name, size: 1 }, papers)?.key).toBe("files.notTaken");
  expect(faultOf({ name: "a.svg", size: 1 }, field())?.key).toBe("files.notTaken");
});

it("knows the smaller of two limits, and that an empty file is none", () => {
  const small = field({ max_mb: 2 });
  expect(faultOf({ name: "a.pdf", size: 2 * 1024 * 1024 }, small)).toBeNull();
  expect(faultOf({ name: "a.pdf", size: 2 * 1024 * 1024 + 1 }, small)).toEqual({
    key: "files.tooLarge",
    values: { megabytes: 2 },
  });
  expect(megabytesOf(small, 1)).toBe(1);
  expect(megabytesOf(field())).toBe(50);
  expect(faultOf({ name: "a.pdf", size: 0 }, small)?.key).toBe("files.empty");
});

it("takes one picture of ten megabytes", () => {
  const picture = field({ kind: "picture" });
  expect([mostOf(picture), megabytesOf(picture), mostOf(field())]).toEqual([1, 10, 20]);
  expect(faultOf({ name: "a.pdf", size: 1 }, picture)?.key).toBe("files.notTaken");
});

it("shows sizes and finds files in any value", () => {
  expect([999, 2048, 1_572_864].map(formatBytes)).toEqual(["999 B", "2 KB", "1.5 MB"]);
  const file = { id: "5", name: "a.png", kind: "png", size: 1 };
  expect(filesOf([file, null, {}])).toEqual([file]);
  expect([filesOf(null), filesOf("x")]).toEqual([[], []]);
  expect(hrefOf(file)).toBe("/api/v1/files/5?inline=true");
  expect(hrefOf({ ...file, kind: "pdf" })).toBe("/api/v1/files/5");
});
