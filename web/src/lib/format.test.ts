import { describe, expect, it } from "vitest";
import {
  DASH,
  Decimal,
  decimalOf,
  formatCount,
  formatDate,
  formatDateTime,
  formatMoney,
  formatNumber,
  formatPercent,
  rounded,
} from "./format";

describe("money and numbers", () => {
  it("groups thousands and keeps every digit", () => {
    expect(formatMoney("12500")).toBe("¥12,500.00");
    expect(formatMoney("-1234567.891")).toBe("-¥1,234,567.891");
    expect(formatMoney("9007199254740993.07", "USD")).toBe("$9,007,199,254,740,993.07");
    expect(formatNumber("1234.5")).toBe("1,234.5");
  });
  it("shows blanks as a dash and nonsense as one", () => {
    expect(formatMoney(null)).toBe(DASH);
    expect(formatNumber("")).toBe(DASH);
    expect(formatNumber("abc")).toBe(DASH);
  });
  it("shows fractions as percentages without floating point", () => {
    expect(formatPercent("0.07")).toBe("7%");
    expect(formatPercent("0.1435")).toBe("14.35%");
  });
  it("rounds half up, away from zero", () => {
    expect(rounded(new Decimal("1.005"))).toBe("1.01");
    expect(rounded(new Decimal("-1.005"))).toBe("-1.01");
  });
  it("reads what people type", () => {
    expect(decimalOf("1,234.50")?.toFixed()).toBe("1234.5");
    expect(decimalOf("Infinity")).toBeNull();
  });
});

describe("dates", () => {
  const now = new Date("2026-11-24T12:00:00+08:00");
  it("leaves out this year", () => {
    expect(formatDate("2026-11-28", now)).toBe("11-28");
    expect(formatDate("2025-11-28", now)).toBe("2025-11-28");
  });
  it("shows times on the company's clock", () => {
    expect(formatDateTime("2026-11-24T17:30:00Z", now)).toBe("11-25 01:30");
    expect(formatDateTime("nonsense", now)).toBe(DASH);
  });
});

describe("counts", () => {
  it("says when a count is an estimate", () => {
    expect(formatCount(12345, true)).toBe("12,000+");
    expect(formatCount(12345, false)).toBe("12,345");
    expect(formatCount(null, false)).toBe("");
  });
});
