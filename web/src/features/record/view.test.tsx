import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { listQuery, sessionQuery } from "@/api/queries";
import type { RecordAnswer } from "@/api/queries";
import type { App, Entity, Field, FormTree } from "@/api/types";
import { RecordView } from "./view";

const named = (text: string) => ({ "zh-CN": text, en: text });
const text = (name: string, more: Partial<Field> = {}): Field => ({
  kind: "text",
  label: named(name),
  ...more,
});
const gift: FormTree = {
  v: 2,
  text: 'kind = "gift"',
  type: "bool",
  expr: {
    op: "=",
    type: "bool",
    args: [
      { op: "path", type: "text", path: ["kind"] },
      { op: "literal", type: "text", value: "gift" },
    ],
  },
};
const vip: FormTree = {
  v: 2,
  text: "customer.vip",
  type: "bool",
  expr: { op: "path", type: "bool", path: ["customer", "vip"], entities: ["calc.customer"] },
};
const entity: Entity = {
  id: "deal",
  label: named("Deal"),
  fields: {
    kind: text("Kind"),
    reason: text("Reason", { visible: 'kind = "gift"' }),
    perk: text("Perk", { visible: "customer.vip" }),
    lines: {
      kind: "lines",
      label: named("Lines"),
      fields: { kind: text("Sort"), note: text("Note", { visible: 'kind = "gift"' }) },
    },
  },
};
const visible = { visible: { reason: gift, perk: vip } };
const definition = {
  app: { id: "calc", label: named("Calc"), entities: { deal: entity } },
  forms: { deal: { ...visible, lines: { lines: { visible: { note: gift } } } } },
  rights: {},
} as unknown as App;

function page(record: Record<string, unknown>) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(sessionQuery.queryKey, { person: { id: "7" }, roles: [] } as never);
  for (const id of ["5", "6"]) {
    const asked = { filter: `id IN ("${id}")`, fields: "id,vip", limit: 100 };
    client.setQueryData(listQuery("calc", "customer", asked).queryKey, {
      items: [{ id, version: 1, vip: id === "5" }],
      next: null,
      refs: {},
      count: null,
      estimated: false,
    });
  }
  const shown = { id: "1", version: 1, refs: {}, ...record } as unknown as RecordAnswer;
  render(
    <QueryClientProvider client={client}>
      <RecordView app="calc" currency="CNY" {...{ definition, entity, record: shown }} />
    </QueryClientProvider>,
  );
}

afterEach(cleanup);

it("shows what the form would show, and hides what it would hide", () => {
  const lines = [
    { id: "2", kind: "gift", note: "seen" },
    { id: "3", kind: "sale", note: "unseen" },
  ];
  page({ kind: "sale", reason: "old reason", lines });
  expect(screen.getAllByText("sale")).toHaveLength(2);
  expect(screen.queryByText("Reason")).toBeNull();
  expect(screen.queryByText("old reason")).toBeNull();
  expect(screen.getByText("seen")).toBeTruthy();
  expect(screen.queryByText("unseen")).toBeNull();
  cleanup();
  page({ kind: "gift", reason: "old reason", lines: [] });
  expect(screen.getByText("Reason")).toBeTruthy();
  expect(screen.getByText("old reason")).toBeTruthy();
});

it("hides by what the record that it refers to says", () => {
  page({ kind: "sale", perk: "lounge", customer: "6", lines: [] });
  expect(screen.queryByText("lounge")).toBeNull();
  cleanup();
  page({ kind: "sale", perk: "lounge", customer: "5", lines: [] });
  expect(screen.getByText("lounge")).toBeTruthy();
});
