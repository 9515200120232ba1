/** What a record's page shows of it: the fields that its form would show. */
import type { Field, Line, TableTrees } from "@/api/types";
import type { Row } from "@/lib/formula/types";
import type { FormContext } from "./elsewhere";
import { rulesOf } from "./form-rules";

export type Sees = (key: string) => boolean;

/** Whether a field of a row is visible by its setting; what only the server knows is. */
export function seenOf(
  fields: Record<string, Field>,
  trees: TableTrees | undefined,
  row: Row,
  context: FormContext,
): Sees {
  const rules = rulesOf(trees, row, null, context);
  return (key) => fields[key]?.visible !== false && rules.visible(key);
}

/** Lines with nothing in the cells that their own line hides. */
export function seenLines(
  fields: Record<string, Field>,
  trees: TableTrees | undefined,
  lines: Line[],
  context: FormContext,
): Line[] {
  const asked = Object.keys(fields).filter(
    (key) => fields[key]?.visible === false || trees?.visible?.[key],
  );
  if (!asked.length) return lines;
  return lines.map((line) => {
    const sees = seenOf(fields, trees, line, context);
    const hidden = asked.filter((key) => !sees(key)).map((key) => [key, null]);
    return { ...line, ...Object.fromEntries(hidden) } as Line;
  });
}
