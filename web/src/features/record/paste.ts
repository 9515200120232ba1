/** Rows copied from a spreadsheet: cells by column, references found by code or name. */
import { call } from "@/api/client";
import type { App, Field, Page } from "@/api/types";
import { targetOf } from "@/fields/reference/kind";
import { isComputed } from "@/fields/registry";
import { decimalOf } from "@/lib/format";
import { labelOf } from "@/lib/label";

const NUMERIC = new Set(["number", "money", "percent", "integer"]);

/** Tab-separated cells; a quoted cell may hold tabs, line breaks and doubled quotes. */
export function splitCells(text: string): string[][] {
  const rows: string[][] = [[]];
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const cell = /(?:"((?:[^"]|"")*)"(?=[\t\n]|$)|([^\t\n]*))([\t\n]|$)/gy;
  for (let match = cell.exec(source); match; match = cell.exec(source)) {
    const [, quoted, plain = "", end] = match;
    rows.at(-1)?.push((quoted === undefined ? plain : quoted.replaceAll('""', '"')).trim());
    if (end === "") break;
    if (end === "\n") rows.push([]);
  }
  return rows;
}

/** The typed value of a pasted cell of a kind that needs no look-up. */
export function cellValue(field: Field, cell: string): unknown {
  if (cell === "") return undefined;
  if (NUMERIC.has(field.kind)) {
    const plain = cell.replace(/[，,\s¥￥$]/g, "");
    if (field.kind !== "percent" || !plain.endsWith("%")) return plain;
    return decimalOf(plain.slice(0, -1))?.div(100).toFixed() ?? plain;
  }
  if (field.kind === "choice") {
    const folded = cell.toLowerCase();
    const found = field.options?.find(
      (one) =>
        one.key === cell || Object.values(one.label).some((text) => text?.toLowerCase() === folded),
    );
    return found?.key ?? cell;
  }
  if (field.kind === "date") return cell.replace(/[./年月]/g, "-").replace("日", "");
  return cell;
}

interface Pasted {
  rows: Record<string, unknown>[];
  titles: [string, string, string][];
  missing: string[];
}

async function lookUp(
  target: string,
  cells: string[],
): Promise<Map<string, { id: string; title: string }>> {
  const [app = "", entity = ""] = target.split(".");
  const definition = await call<App>("GET", `/apps/${app}`);
  const model = definition.app.entities[entity];
  const keys = [...new Set([model?.subtitle, model?.title])].filter(
    (key): key is string => Boolean(key) && model?.fields[key ?? ""]?.kind === "text",
  );
  const found = new Map<string, { id: string; title: string }>();
  const wanted = [...new Set(cells)];
  const parts = Array.from({ length: Math.ceil(wanted.length / 60) }, (_, at) =>
    wanted.slice(at * 60, at * 60 + 60),
  );
  const pages = await Promise.all(
    parts.map((part) => {
      const list = part.map((one) => `"${one.replace(/"/g, '""')}"`).join(", ");
      const filter = keys.map((key) => `${key} IN (${list})`).join(" OR ");
      const fields = [...new Set([...keys, model?.title ?? "id"])].join(",");
      return call<Page>("GET", `/${app}/${entity}`, { query: { filter, fields, limit: 500 } });
    }),
  );
  for (const page of pages) {
    for (const item of page.items)
      for (const key of keys)
        found.set(String(item[key]), { id: item.id, title: String(item[model?.title ?? "id"]) });
  }
  return found;
}

export async function pasteRows(
  app: string,
  columns: [string, Field][],
  text: string,
  start: number,
): Promise<Pasted> {
  const grid = splitCells(text);
  const used = columns.slice(start, start + Math.max(...grid.map((row) => row.length)));
  const header = grid[0] ?? [];
  const isHeader = header.some((cell) =>
    columns.some(([key, one]) => cell === key || cell === labelOf(one.label)),
  );
  const order = isHeader
    ? header.map((cell) =>
        columns.find(([key, one]) => cell === key || cell === labelOf(one.label)),
      )
    : used;
  const body = isHeader ? grid.slice(1) : grid;
  const pasted: Pasted = { rows: body.map(() => ({})), titles: [], missing: [] };
  const fill = async (at: number, [key, field]: [string, Field]) => {
    if (field.read_only === true || isComputed(field)) return;
    const cells = body.map((row) => row[at] ?? "");
    if (field.kind !== "reference") {
      cells.forEach((cell, index) => {
        const value = cellValue(field, cell);
        if (value !== undefined) pasted.rows[index]![key] = value;
      });
      return;
    }
    const target = targetOf(field.kind, field.entity, app);
    const found = await lookUp(target, cells.filter(Boolean));
    cells.forEach((cell, index) => {
      const match = found.get(cell);
      if (match) {
        pasted.rows[index]![key] = match.id;
        pasted.titles.push([target, match.id, match.title]);
      } else if (cell) pasted.missing.push(cell);
    });
  };
  await Promise.all(order.map((column, at) => (column ? fill(at, column) : undefined)));
  return pasted;
}
