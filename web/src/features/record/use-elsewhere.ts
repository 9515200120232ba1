/** Reads what a form's formulas need of other records, with the rights of who looks. */
import { useQueries } from "@tanstack/react-query";
import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { listQuery } from "@/api/queries";
import type { FormTrees, Page, Rec } from "@/api/types";
import type { Row } from "@/lib/formula/types";
import { wantedBy } from "./elsewhere";
import type { FormContext, Loaded, Wanted } from "./elsewhere";
import { useFormulaContext } from "./use-formula-context";

const AT_ONCE = 100;

interface Asked {
  entity: string;
  filter: string;
  fields: string;
}

/** Questions of so many records each; a formula of a filter has a limited length. */
export function questions(wanted: Wanted): Asked[] {
  return [...wanted].flatMap(([entity, { ids, columns }]) => {
    const all = [...ids].sort();
    const parts = Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, at) =>
      all.slice(at * AT_ONCE, (at + 1) * AT_ONCE),
    );
    const fields = ["id", ...columns.filter((one) => one !== "id")].join(",");
    return parts.map((part) => {
      const filter = `id IN (${part.map((id) => `"${id}"`).join(", ")})`;
      return { entity, filter, fields };
    });
  });
}

const itemsOf = (results: UseQueryResult<Page>[]): (Rec[] | null)[] =>
  results.map(({ data, isPlaceholderData }) => (data && !isPlaceholderData ? data.items : null));

/** What formulas know besides the row: who asks and when, and the records that they lead to. */
export function useFormContext(trees: FormTrees | undefined, row: Row): FormContext {
  const base = useFormulaContext();
  const first = questions(wantedBy(trees, row, NOWHERE));
  const found = useAnswers(first);
  const second = questions(wantedBy(trees, row, found)).filter(
    ({ entity, filter }) => !first.some((one) => one.entity === entity && one.filter === filter),
  );
  const further = useAnswers(second);
  return useMemo(() => {
    const load: Loaded = (entity, id) => further(entity, id) ?? found(entity, id);
    return { ...base, load };
  }, [base, found, further]);
}

const NOWHERE: Loaded = () => undefined;

function useAnswers(asked: Asked[]): Loaded {
  const items = useQueries({
    queries: asked.map(({ entity, filter, fields }) => {
      const [app = "", key = ""] = entity.split(".");
      return listQuery(app, key, { filter, fields, limit: AT_ONCE });
    }),
    combine: itemsOf,
  });
  const entities = asked.map((one) => one.entity).join(" ");
  return useMemo(() => {
    const names = entities.split(" ");
    const rows = new Map<string, Row>();
    for (const [at, page] of items.entries())
      for (const one of page ?? []) rows.set(`${names[at]} ${one.id}`, one);
    return (entity, id) => rows.get(`${entity} ${id}`);
  }, [items, entities]);
}
