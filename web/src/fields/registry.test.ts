import { describe, expect, it } from "vitest";
import type { Field } from "@/api/types";
import { isComputed, kindOf } from "./registry";

const field = (kind: string, result?: string): Field => ({
  kind,
  label: { "zh-CN": kind, en: kind },
  ...(result ? { result } : {}),
});

describe("computed fields", () => {
  it.each(["formula", "lookup", "rollup"])(
    "%s is shown like its result and never typed",
    (kind) => {
      for (const result of ["money", "date", "choice", "boolean", "text"]) {
        expect(kindOf(field(kind, result))).toBe(kindOf(field(result)));
      }
      expect(isComputed(field(kind, "text"))).toBe(true);
      expect(isComputed(field("money"))).toBe(false);
    },
  );
});
