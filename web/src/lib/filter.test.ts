import { expect, it } from "vitest";
import { allOf } from "./filter";

it("joins filters with brackets only when it must", () => {
  expect(allOf(undefined, " ", "a = 1")).toBe("a = 1");
  expect(allOf("a = 1 OR b = 2", "c = 3")).toBe("(a = 1 OR b = 2) AND (c = 3)");
  expect(allOf()).toBeUndefined();
});
