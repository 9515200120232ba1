import { expect, it } from "vitest";
import { WHOLE, windowOf } from "./use-window";

it("draws few rows whole", () => {
  expect(windowOf(WHOLE, 999)).toEqual({ start: 0, end: WHOLE, above: 0, below: 0 });
});

it("draws what is in sight and keeps the height of the rest", () => {
  for (const top of [0, 1, 350, 3500, 9_000, 17_500, 99_999]) {
    const { start, end, above, below } = windowOf(500, top);
    expect(end - start).toBe(50);
    expect(above + (end - start) * 35 + below).toBe(500 * 35);
    const first = Math.min(Math.floor(top / 35), 499);
    expect(start).toBeLessThanOrEqual(first);
    expect(end).toBeGreaterThan(Math.min(first + 20, 499));
  }
});

it("moves in steps, so that scrolling draws seldom", () => {
  expect(windowOf(500, 3500)).toEqual(windowOf(500, 3800));
});
