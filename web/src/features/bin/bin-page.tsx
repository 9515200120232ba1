/** The recycle bin of an entity: what was deleted, by whom, and the way back. */
import { ArrowLeftOutlined } from "@ant-design/icons";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { appQuery, listQuery } from "@/api/queries";
import type { Entity, Page, Rec } from "@/api/types";
import { fieldOf, kindOf } from "@/fields/registry";
import { labelOf } from "@/lib/label";
import { useRestore } from "@/api/use-restore";
import { EmptyState, ErrorState, ListSkeleton } from "@/ui/states";
import { usePhone } from "@/ui/use-phone";

/** What tells one record from another: its title, its subtitle, its money, when and by whom. */
function columnsOf(entity: Entity): string[] {
  const money = Object.entries(entity.fields).find(([, one]) => one.kind === "money")?.[0];
  const state = entity.states?.field;
  const known = [entity.title, entity.subtitle, money, state, "deleted_at", "deleted_by"];
  return known.filter((key): key is string => Boolean(key && fieldOf(entity.fields, key)));
}

export function BinPage() {
  const { app, entity } = useParams({ strict: false }) as { app: string; entity: string };
  const { t } = useTranslation();
  const { data: definition } = useSuspenseQuery(appQuery(app));
  const [search, setSearch] = useState("");
  const [cursors, setCursors] = useState<string[]>([]);
  const phone = usePhone();
  const model = definition.app.entities[entity];
  const columns = model ? columnsOf(model) : [];
  const query = useQuery({
    ...listQuery(app, entity, {
      deleted: "true",
      search,
      cursor: cursors.at(-1),
      limit: 50,
      fields: columns.join(","),
    }),
    enabled: Boolean(model),
  });
  if (!model) return <ErrorState error={new Error(t("common.notFound"))} />;
  const label = labelOf(model.label);
  const shared = { app, entity: model, columns, currency: definition.app.currency ?? "CNY" };
  const page = query.data;
  return (
    <section aria-label={t("bin.title", { label })}>
      <div className="head">
        <Link to="/$app/$entity" params={{ app, entity }} aria-label={t("record.back")}>
          <ArrowLeftOutlined aria-hidden />
        </Link>
        <h1>{t("bin.title", { label })}</h1>
      </div>
      <div className="line">
        <Input.Search
          aria-label={t("list.search", { label })}
          placeholder={t("list.search", { label })}
          allowClear
          style={{ width: 260 }}
          onSearch={(text) => {
            setCursors([]);
            setSearch(text);
          }}
        />
      </div>
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <ListSkeleton /> : null}
      {page && page.items.length === 0 ? (
        <EmptyState title={t("bin.empty")} hint={t("bin.emptyHint", { label })} />
      ) : null}
      {page && page.items.length > 0 ? (
        <div className="grid">
          {phone ? <Cards {...shared} page={page} /> : <Rows {...shared} page={page} />}
          {page.next || cursors.length ? (
            <nav className="pager" aria-label={t("list.next")}>
              <Button
                size="small"
                disabled={!cursors.length}
                onClick={() => setCursors(cursors.slice(0, -1))}
              >
                {t("list.previous")}
              </Button>
              <Button
                size="small"
                disabled={!page.next}
                onClick={() => setCursors([...cursors, page.next ?? ""])}
              >
                {t("list.next")}
              </Button>
            </nav>
          ) : null}
        </div>
      ) : null}
    </section>
  );
}

interface Shown {
  app: string;
  entity: Entity;
  columns: string[];
  currency: string;
  page: Page;
}

function cell({ app, entity, currency, page }: Shown, key: string, item: Rec) {
  const field = fieldOf(entity.fields, key);
  if (!field) return null;
  return kindOf(field).cell({ field, value: item[key], refs: page.refs, app, currency });
}

function Restore({ app, entity, item }: { app: string; entity: Entity; item: Rec }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const restore = useRestore(app, entity.id);
  const open = () =>
    void navigate({ to: "/$app/$entity/$id", params: { app, entity: entity.id, id: item.id } });
  return (
    <Button
      size="small"
      loading={restore.isPending}
      onClick={() => restore.mutate(item.id, { onSuccess: open })}
    >
      {t("bin.restore")}
    </Button>
  );
}

function Rows(props: Shown) {
  const { app, entity, columns, page } = props;
  const { t } = useTranslation();
  const numeric = (key: string) => {
    const field = fieldOf(entity.fields, key);
    return field && kindOf(field).numeric ? "num" : "";
  };
  return (
    <div className="table">
      <table>
        <thead>
          <tr>
            {columns.map((key) => (
              <th key={key} className={numeric(key)}>
                {labelOf(fieldOf(entity.fields, key)?.label)}
              </th>
            ))}
            <th>{t("bin.actions")}</th>
          </tr>
        </thead>
        <tbody>
          {page.items.map((item) => (
            <tr key={item.id}>
              {columns.map((key) => (
                <td key={key} className={numeric(key)}>
                  {cell(props, key, item)}
                </td>
              ))}
              <td>
                <Restore {...{ app, entity, item }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cards(props: Shown) {
  const { app, entity, columns, page } = props;
  const [title, second] = columns;
  return (
    <ul className="cards">
      {page.items.map((item) => (
        <li key={item.id}>
          <div className="card">
            <div className="row">
              <strong>{title ? cell(props, title, item) : null}</strong>
              <Restore {...{ app, entity, item }} />
            </div>
            <div className="row muted">
              <span>{second ? cell(props, second, item) : null}</span>
              <span className="num">{cell(props, "deleted_at", item)}</span>
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}
