/** A list, rendered from the definition: views, search, filter, sort, columns, pages. */
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { address } from "@/api/client";
import { appQuery, listQuery } from "@/api/queries";
import { allOf } from "@/lib/filter";
import { fieldOf } from "@/fields/registry";
import { labelOf } from "@/lib/label";
import { useShortcuts } from "@/lib/shortcuts";
import { keepTrail } from "@/lib/trail";
import { ErrorState, ListSkeleton } from "@/ui/states";
import { usePhone } from "@/ui/use-phone";
import { BulkBar } from "./bulk-bar";
import { ListCards, ListTable } from "./list-table";
import { ListTools, useColumns } from "./list-tools";
import { NothingHere } from "./nothing-here";
import { Pager } from "./pager";
import { useListState } from "./use-list-state";

export function ListPage() {
  const { app, entity } = useParams({ strict: false }) as { app: string; entity: string };
  const { search } = useListState();
  return <List key={`${app}.${entity}.${search.view ?? ""}`} app={app} name={entity} />;
}

function List({ app, name }: { app: string; name: string }) {
  const { t } = useTranslation();
  const { data: definition } = useSuspenseQuery(appQuery(app));
  const { search, set } = useListState();
  const navigate = useNavigate();
  const phone = usePhone();
  const [selected, setSelected] = useState<string[]>([]);
  const [active, setActive] = useState(-1);
  const [count, setCount] = useState<"estimate" | "exact">("estimate");
  const entity = definition.app.entities[name];
  const views = Object.values(definition.app.views ?? {}).filter((one) => one.entity === name);
  const view = views.find((one) => one.id === search.view) ?? views[0];
  const { columns, chosen, setChosen } = useColumns(app, entity, view);
  const sort = search.sort ?? view?.sort ?? entity?.sort ?? "-created_at";
  const asked = {
    filter: allOf(view?.filter, search.where, search.f),
    search: search.q,
    sort,
  };
  const query = useQuery({
    ...listQuery(app, name, {
      ...asked,
      fields: [...new Set([...columns, entity?.states?.field, entity?.title])]
        .filter((key) => key && fieldOf(entity?.fields ?? {}, key))
        .join(","),
      cursor: search.cursor,
      limit: 50,
      count,
    }),
    enabled: Boolean(entity),
  });
  const items = query.data?.items ?? [];
  useEffect(() => {
    if (query.data)
      keepTrail(
        `${app}.${name}`,
        query.data.items.map((one) => one.id),
        view?.id,
      );
  }, [app, name, query.data, view?.id]);
  const open = (id: string) =>
    void navigate({ to: "/$app/$entity/$id", params: { app, entity: name, id } });
  const rights = definition.rights[name];
  const create = () => void navigate({ to: "/$app/$entity/new", params: { app, entity: name } });
  useShortcuts({
    n: () => rights?.create && create(),
    j: () => setActive((at) => Math.min(at + 1, items.length - 1)),
    k: () => setActive((at) => Math.max(at - 1, 0)),
    Enter: () => items[active] && open(items[active].id),
    "/": () => document.getElementById("list-search")?.focus(),
  });
  if (!entity || !rights) return <ErrorState error={new Error(t("common.notFound"))} />;
  const label = labelOf(entity.label);
  const filtered = Boolean(search.q || search.where || search.f);
  const currency = definition.app.currency ?? "CNY";
  const bulk = Object.entries(entity.actions ?? {}).some(
    ([key, one]) => one.bulk && rights.actions.includes(key),
  );
  const shared = { app, entity, columns: chosen, currency };
  return (
    <section aria-label={labelOf(view?.label) || label}>
      <ListTools
        {...{ app, definition, entity, views, view, columns, chosen, setChosen, count, setCount }}
        exportTo={
          rights.export
            ? address(`/${app}/${name}/export`, { ...asked, fields: chosen.join(",") })
            : null
        }
        allowed={rights.actions}
        canImport={rights.import && !entity.ledger}
        canRestore={rights.delete && !entity.ledger && !entity.permanent}
        canCreate={rights.create && !entity.ledger}
        page={query.data}
        onCreate={create}
        selection={
          selected.length ? (
            <BulkBar
              {...{ app, entity, rights }}
              rows={items.filter((one) => selected.includes(one.id))}
              onDone={() => setSelected([])}
            />
          ) : null
        }
      />
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <ListSkeleton /> : null}
      {query.data && items.length === 0 ? (
        <NothingHere
          {...{ app, label, view, views, filtered }}
          entity={name}
          onClear={() => set({ q: "", f: "", where: "", said: "" })}
          onCreate={rights.create && !entity.ledger ? create : null}
        />
      ) : null}
      {query.data && items.length > 0 ? (
        <div className="grid">
          {phone ? (
            <ListCards {...shared} page={query.data} />
          ) : (
            <ListTable
              {...shared}
              page={query.data}
              {...{ sort, selected, active }}
              selectable={bulk}
              onSelect={setSelected}
              onSort={(next) => set({ sort: next })}
              onOpen={open}
            />
          )}
          <Pager next={query.data.next} />
        </div>
      ) : null}
    </section>
  );
}
