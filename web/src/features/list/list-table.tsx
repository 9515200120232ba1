/** The table of a list on wide screens, and its cards on a phone. */
import { Link } from "@tanstack/react-router";
import { Table } from "antd";
import type { TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import type { Entity, Page, Rec } from "@/api/types";
import { fieldOf, kindOf } from "@/fields/registry";
import { DASH } from "@/lib/format";
import { labelOf } from "@/lib/label";

interface Props {
  app: string;
  currency: string;
  entity: Entity;
  columns: string[];
  page: Page;
  sort: string;
  selected: string[];
  active: number;
  selectable: boolean;
  onSelect: (ids: string[]) => void;
  onSort: (sort: string) => void;
  onOpen: (id: string) => void;
}

export function show(
  props: Pick<Props, "app" | "currency" | "entity" | "page">,
  key: string,
  item: Rec,
) {
  const field = fieldOf(props.entity.fields, key);
  if (!field) return DASH;
  const { app, currency, page } = props;
  return kindOf(field).cell({ field, value: item[key], refs: page.refs, app, currency });
}

export function ListTable(props: Props) {
  const { t } = useTranslation();
  const { entity, columns, page, sort, selected, active, selectable } = props;
  const sortKey = sort.replace(/^-/, "");
  const table: TableColumnsType<Rec> = columns.flatMap((key) => {
    const field = fieldOf(entity.fields, key);
    if (!field) return [];
    const numeric = kindOf(field).numeric ?? false;
    return [
      {
        key,
        title: labelOf(field.label),
        align: numeric ? ("right" as const) : ("left" as const),
        className: numeric ? "num" : "",
        sorter: !["address", "multi_choice"].includes(field.kind),
        sortOrder: sortKey === key ? (sort.startsWith("-") ? "descend" : "ascend") : null,
        render: (_: unknown, item: Rec) => show(props, key, item),
      },
    ];
  });
  return (
    <Table<Rec>
      size="small"
      rowKey="id"
      columns={table}
      dataSource={page.items}
      pagination={false}
      rowClassName={(_, index) => (index === active ? "is-active" : "")}
      onRow={(item) => ({ onClick: () => props.onOpen(item.id) })}
      onChange={(_, __, sorter) => {
        const one = Array.isArray(sorter) ? sorter[0] : sorter;
        const name = String(one?.columnKey ?? "");
        props.onSort(one?.order ? (one.order === "descend" ? `-${name}` : name) : "");
      }}
      {...(selectable
        ? {
            rowSelection: {
              selectedRowKeys: selected,
              onChange: (keys: React.Key[]) => props.onSelect(keys.map(String)),
              getTitleCheckboxProps: () => ({ "aria-label": t("list.selectAll") }),
              getCheckboxProps: () => ({ "aria-label": t("list.selectRow") }),
              onCell: () => ({ onClick: (event: React.MouseEvent) => event.stopPropagation() }),
            },
          }
        : {})}
    />
  );
}

export function ListCards(props: Pick<Props, "app" | "currency" | "entity" | "columns" | "page">) {
  const { app, entity, columns, page } = props;
  const state = entity.states?.field;
  const [title, second, ...more] = columns.filter((key) => key !== state);
  const amount = more.find((key) => entity.fields[key]?.kind === "money");
  const date = more.find((key) =>
    ["date", "datetime"].includes(fieldOf(entity.fields, key)?.kind ?? ""),
  );
  return (
    <ul className="cards">
      {page.items.map((item) => (
        <li key={item.id}>
          <Link to="/$app/$entity/$id" params={{ app, entity: entity.id, id: item.id }}>
            <div className="row">
              <strong>{title ? show(props, title, item) : DASH}</strong>
              {state ? show(props, state, item) : null}
            </div>
            <div className="row muted">
              <span>{second ? show(props, second, item) : null}</span>
              <span className="num">
                {amount ? show(props, amount, item) : null} {date ? show(props, date, item) : null}
              </span>
            </div>
          </Link>
        </li>
      ))}
    </ul>
  );
}
