/** What can be promised of the goods in the lines, live from the ledger's view.
 *
 * Any entity of the app that shows a ledger by a dimension which the lines refer to will do.
 */
import { useQuery } from "@tanstack/react-query";
import { listQuery } from "@/api/queries";
import type { App, Field, Line } from "@/api/types";
import { Decimal, decimalOf, DASH, formatNumber } from "@/lib/format";

/** What is told beside a line. */
export interface Sellable {
  text: string;
  /** Whether the line wants more than there is. */
  short: boolean;
}

const NOTHING: Sellable = { text: DASH, short: false };

/** What a line has reserved already is its own. */
export function isShort(line: Line, free: Decimal): boolean {
  const wanted = decimalOf(line.quantity)?.minus(decimalOf(line.reserved) ?? 0);
  return wanted?.greaterThan(free) ?? false;
}

interface LedgerEntity {
  id: string;
  dimensions: string[];
}

function ledgerFor(definition: App, field: Field): LedgerEntity | null {
  for (const entity of Object.values(definition.app.entities)) {
    const ledger = entity.ledger as { dimensions: string[] } | undefined;
    const first = ledger?.dimensions[0];
    if (first && field.fields?.[first]?.kind === "reference") {
      return { id: entity.id, dimensions: ledger.dimensions };
    }
  }
  return null;
}

export function useSellable(app: string, definition: App, field: Field, lines: Line[]) {
  const ledger = ledgerFor(definition, field);
  const first = ledger?.dimensions[0] ?? "";
  const second = ledger?.dimensions[1] ?? "";
  const ids = [
    ...new Set(
      lines
        .map((line) => line[first])
        .filter(Boolean)
        .map(String),
    ),
  ].sort();
  const filter = `${first} IN (${ids.map((id) => `"${id}"`).join(", ")})`;
  const { data } = useQuery({
    ...listQuery(app, ledger?.id ?? "", { filter, limit: 500 }),
    enabled: Boolean(ledger) && ids.length > 0 && ids.length <= 150,
    refetchInterval: 15_000,
  });
  if (!ledger || !definition.rights[ledger.id]?.see) return null;
  return (line: Line): Sellable => {
    if (!line[first] || !data) return NOTHING;
    const rows = data.items.filter(
      (row) => row[first] === line[first] && (!line[second] || row[second] === line[second]),
    );
    const free = rows.reduce((sum, row) => sum.plus(decimalOf(row.available) ?? 0), new Decimal(0));
    return { text: formatNumber(free.toFixed()), short: isShort(line, free) };
  };
}
