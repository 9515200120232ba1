/** What a form's formulas read of other records, and whether it is here.
 *
 * What cannot be read (not yet, or not by this person) is unknown, never blank: the server decides.
 */
import type { FormTree, FormTrees, TableTrees } from "@/api/types";
import { read } from "@/lib/formula/read";
import type { Expr, Formula, FormulaContext, Row } from "@/lib/formula/types";

/** A record by entity and id; undefined while it is not here. */
export type Loaded = (entity: string, id: string) => Row | undefined;

export interface FormContext extends FormulaContext {
  readonly load?: Loaded;
}

/** A way through references: columns, and the entity that each but the last leads to. */
interface Way {
  readonly lines: string | undefined;
  readonly path: readonly string[];
  readonly entities: readonly string[];
}

const known = new WeakMap<FormTree, readonly Way[]>();

export function waysOf(tree: FormTree): readonly Way[] {
  const held = known.get(tree);
  if (held) return held;
  const walk = (expr: Expr): Way[] => {
    const { lines, path = [], entities = [], args = [] } = expr;
    return entities.length ? [{ lines, path, entities }] : args.flatMap(walk);
  };
  const found = walk((tree as unknown as Formula).expr);
  known.set(tree, found);
  return found;
}

function rowsOf(way: Way, row: Row): readonly Row[] {
  if (way.lines === undefined) return [row];
  const lines = row[way.lines];
  return Array.isArray(lines) ? (lines as Row[]) : [];
}

/** Follow a way from a row: what it passes, and whether all of it was here. */
function follow(
  way: Way,
  row: Row,
  load: Loaded,
  pass?: (entity: string, id: string, column: string) => void,
): boolean {
  let at: Row = row;
  for (const [hop, entity] of way.entities.entries()) {
    const id = read(at[way.path[hop] ?? ""], "id");
    if (typeof id !== "string") return true;
    pass?.(entity, id, way.path[hop + 1] ?? "");
    const next = load(entity, id);
    if (!next) return false;
    at = next;
  }
  return true;
}

/** Whether all that a formula reads of other records is here. */
export function isHere(tree: FormTree, row: Row, load: Loaded | undefined): boolean {
  return waysOf(tree).every((way) =>
    rowsOf(way, row).every((one) => follow(way, one, load ?? NOWHERE)),
  );
}

const NOWHERE: Loaded = () => undefined;

/** Records that a form's formulas need, by entity: their ids, and the columns that are read. */
export type Wanted = ReadonlyMap<string, { ids: ReadonlySet<string>; columns: readonly string[] }>;

export function wantedBy(trees: FormTrees | undefined, row: Row, load: Loaded): Wanted {
  const ids = new Map<string, Set<string>>();
  const columns = new Map<string, Set<string>>();
  const note = (entity: string, id: string) => {
    ids.set(entity, (ids.get(entity) ?? new Set()).add(id));
  };
  const ask = (tree: FormTree, rows: readonly Row[]) => {
    for (const way of waysOf(tree)) {
      for (const [hop, entity] of way.entities.entries())
        columns.set(entity, (columns.get(entity) ?? new Set()).add(way.path[hop + 1] ?? ""));
      for (const one of rows.flatMap((each) => rowsOf(way, each))) follow(way, one, load, note);
    }
  };
  for (const tree of every(trees)) ask(tree, [row]);
  for (const tree of Object.values(trees?.validations ?? {})) ask(tree, [row]);
  for (const [key, table] of Object.entries(trees?.lines ?? {})) {
    const lines = Array.isArray(row[key]) ? (row[key] as Row[]) : [];
    for (const tree of every(table)) ask(tree, lines);
  }
  return new Map(
    [...ids].map(([entity, found]) => [
      entity,
      { ids: found, columns: [...(columns.get(entity) ?? [])].sort() },
    ]),
  );
}

function every(table: TableTrees | undefined): FormTree[] {
  const { required, visible, read_only, defaults, values, options } = table ?? {};
  const parts = [required, visible, read_only, defaults, values, ...Object.values(options ?? {})];
  return parts.flatMap((part) => Object.values(part ?? {}));
}
