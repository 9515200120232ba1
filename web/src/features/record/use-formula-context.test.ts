import { expect, it } from "vitest";
import type { FormTree, Session } from "@/api/types";
import { valueFor } from "./form-rules";
import { contextOf } from "./use-formula-context";

const NOW = new Date("2026-11-26T18:00:00Z");
const session: Session = {
  person: { id: "7", login: "sam", name: "Sam" },
  roles: ["orders.clerk"],
  department: "3",
  departments: ["3", "4"],
  keys: { customer: ["101"] },
  is_owner: false,
  language: "en",
  theme: "light",
  csrf: null,
  apps: [],
};
const literal = (type: string, value: string) => ({ op: "literal", type, value });
const asks = (op: string, ...args: object[]): FormTree =>
  ({ v: 2, text: op, type: "bool", expr: { op, type: "bool", args } }) as FormTree;
const call = (op: string, type: string, ...args: object[]) => ({ op, type, args });

it("knows who asks, and the day where the company is", () => {
  const role = (name: string) => asks("HAS_ROLE", literal("text", name));
  const department = asks("=", call("CURRENT_DEPT", "id"), literal("id", "3"));
  const below = asks("IN", literal("id", "4"), call("CURRENT_DEPTS", "list"));
  const bound = asks(
    "IN",
    literal("id", "101"),
    call("CURRENT_KEYS", "list", literal("text", "customer")),
  );
  const every = [role("orders.clerk"), role("orders.boss"), department, below, bound];
  const known = contextOf(session, NOW);
  expect(every.map((one) => valueFor(one, {}, known))).toEqual([true, false, true, true, true]);
  const nobody = contextOf(null, NOW);
  expect(every.map((one) => valueFor(one, {}, nobody))).toEqual(Array(5).fill(false));
  expect([known.today, known.now, known.user_id]).toEqual([
    "2026-11-27",
    "2026-11-26T18:00:00.000Z",
    "7",
  ]);
});
