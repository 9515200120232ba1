import { beforeEach, expect, it } from "vitest";
import { keepTrail, neighboursOf, viewOf } from "./trail";

beforeEach(() => sessionStorage.clear());

it("knows the neighbours in the list a record was opened from", () => {
  keepTrail("orders.order", ["1", "2", "3"]);
  expect(neighboursOf("orders.order", "2")).toEqual({ at: 2, of: 3, previous: "1", next: "3" });
  expect(neighboursOf("orders.order", "1")?.previous).toBeUndefined();
});

it("knows none in another list, or without one", () => {
  expect(neighboursOf("orders.order", "2")).toBeNull();
  keepTrail("orders.customer", ["2"]);
  expect(neighboursOf("orders.order", "2")).toBeNull();
});

it("knows the view whose list a record was opened from", () => {
  keepTrail("orders.order", ["1", "2"], "order_review");
  expect(viewOf("orders.order", "2")).toBe("order_review");
  expect([viewOf("orders.order", "3"), viewOf("orders.customer", "2")]).toEqual([
    undefined,
    undefined,
  ]);
  keepTrail("orders.order", ["1"]);
  expect(viewOf("orders.order", "1")).toBeUndefined();
});
