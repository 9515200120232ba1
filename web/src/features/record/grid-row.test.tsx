import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import type { Field, FormTree, Line } from "@/api/types";
import type { GridCommands } from "./grid-commands";
import { GridRow } from "./grid-row";
import type { Kit } from "./live";

const CONTEXT = { now: "2026-11-26T00:00:00Z", today: "2026-11-26", zone: "Asia/Shanghai" };
const named = (text: string) => ({ "zh-CN": text, en: text });
const is = (key: string, value: string): FormTree => ({
  v: 2,
  text: `${key} = "${value}"`,
  type: "bool",
  expr: {
    op: "=",
    type: "bool",
    args: [
      { op: "path", type: "text", path: [key] },
      { op: "literal", type: "text", value },
    ],
  },
});
const fields: Record<string, Field> = {
  kind: { kind: "text", label: named("Kind") },
  reason: { kind: "text", label: named("Reason") },
  note: { kind: "text", label: named("Note") },
  twice: { kind: "formula", result: "number", label: named("Twice") },
};
const kit: Kit = {
  fields,
  trees: {
    visible: { reason: is("kind", "gift") },
    required: { reason: is("kind", "gift"), note: is("kind", "sale") },
    read_only: { note: is("state", "done") },
  },
  context: CONTEXT,
};

function row(shown: Line, active: number | null = null, stored?: Line) {
  const commands: GridCommands = {
    activate: vi.fn(),
    move: vi.fn(),
    leave: vi.fn(),
    change: vi.fn(),
    remember: vi.fn(),
    choose: vi.fn(),
    copy: vi.fn(),
    remove: vi.fn(),
  };
  render(
    <table>
      <tbody>
        <GridRow
          {...{ app: "calc", currency: "CNY", index: 0, shown, stored, kit, active, commands }}
          columns={Object.entries(fields)}
          faults={undefined}
          refs={{}}
          chosen={false}
          sellable={null}
        />
      </tbody>
    </table>,
  );
  return commands;
}

const cell = (name: string) => screen.getByRole("button", { name }) as HTMLButtonElement;

afterEach(cleanup);

it("shows, asks for and opens the cells that its own values want", () => {
  row({ kind: "gift", reason: null, note: null, twice: "4" });
  expect(cell("Reason 1 *").textContent).toBe("*");
  expect(cell("Reason 1 *").disabled).toBe(false);
  expect(cell("Note 1").textContent).toBe("\u00a0");
  expect([cell("4").textContent, cell("4").disabled]).toEqual(["4", true]);
  cleanup();
  row({ kind: "sale", reason: "kept", note: null });
  expect(screen.queryByText("kept")).toBeNull();
  expect([cell("Reason 1").textContent, cell("Reason 1").disabled]).toEqual(["\u00a0", true]);
  expect(cell("Note 1 *").textContent).toBe("*");
});

it("is frozen by the line as it was saved, not as it is typed", () => {
  row({ state: "done", note: "a" });
  expect(cell("a").disabled).toBe(false);
  cleanup();
  row({ state: "open", note: "a" }, null, { id: "1", state: "done", note: "a" });
  expect(cell("a").disabled).toBe(true);
});

it("lets the keyboard pass over a closed cell and types nothing into it", () => {
  const commands = row({ kind: "sale", reason: "kept" }, 1);
  const closed = cell("Reason 1");
  expect([closed.getAttribute("aria-disabled"), document.activeElement]).toEqual(["true", closed]);
  fireEvent.keyDown(closed, { key: "ArrowRight" });
  expect(commands.move).toHaveBeenCalledWith(0, 2);
  fireEvent.keyDown(closed, { key: "Tab", shiftKey: true });
  expect(commands.move).toHaveBeenLastCalledWith(0, 0);
  expect(commands.change).not.toHaveBeenCalled();
});
