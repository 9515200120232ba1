import { describe, expect, it } from "vitest";
import { allOf, conditionText, decodeModel, encodeModel, filterText } from "./filter";

describe("conditions as formulas", () => {
  it.each([
    [{ field: "amount", op: "ge", value: "100" }, "money", "amount >= 100"],
    [{ field: "name", op: "contains", value: 'a"b' }, "text", 'CONTAINS(name, "a""b")'],
    [{ field: "state", op: "in", value: "a|b" }, "choice", 'state IN ("a", "b")'],
    [{ field: "holds", op: "is_blank", value: "" }, "multi_choice", "ISBLANK(holds)"],
    [{ field: "active", op: "eq", value: "true" }, "boolean", "active = TRUE"],
    [{ field: "day", op: "lt", value: "2026-01-01" }, "date", 'day < "2026-01-01"'],
  ])("%j of kind %s is %s", (condition, kind, text) => {
    expect(conditionText(condition, kind)).toBe(text);
  });
  it("sends what is no number as text, for the server to refuse", () => {
    expect(conditionText({ field: "amount", op: "eq", value: "1 OR 1=1" }, "money")).toBe(
      'amount = "1 OR 1=1"',
    );
  });
  it("leaves unfinished conditions out", () => {
    const model = {
      join: "OR" as const,
      conditions: [
        { field: "a", op: "eq", value: "" },
        { field: "b", op: "not_blank", value: "" },
        { field: "c", op: "eq", value: "x" },
      ],
    };
    expect(filterText(model, {})).toBe('NOT ISBLANK(b) OR c = "x"');
  });
});

describe("filters together", () => {
  it("joins with brackets only when it must", () => {
    expect(allOf(undefined, " ", "a = 1")).toBe("a = 1");
    expect(allOf("a = 1 OR b = 2", "c = 3")).toBe("(a = 1 OR b = 2) AND (c = 3)");
    expect(allOf()).toBeUndefined();
  });
  it("survives the address bar", () => {
    const model = { join: "AND" as const, conditions: [{ field: "a", op: "eq", value: "中" }] };
    expect(decodeModel(encodeModel(model))).toEqual(model);
    expect(decodeModel("nonsense").conditions).toEqual([]);
  });
});
