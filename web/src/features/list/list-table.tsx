/** The table of a list on wide screens, and its cards on a phone. */
import { Link } from "@tanstack/react-router";
import { Checkbox } from "antd";
import { useTranslation } from "react-i18next";
import type { Entity, Field, Page, Rec } from "@/api/types";
import { fieldOf, kindOf } from "@/fields/registry";
import { DASH } from "@/lib/format";
import i18n from "@/lib/i18n";
import { labelOf } from "@/lib/label";
import { Computing } from "@/ui/computing";

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
  const blank = item[key] === null || item[key] === undefined || item[key] === "";
  // what has no number yet is found by a word, not by a dash
  if (blank && key === props.entity.title && props.entity.states) return i18n.t("record.untitled");
  return (
    <>
      {kindOf(field).cell({ field, value: item[key], refs: page.refs, app, currency })}
      <Computing item={item} name={key} />
    </>
  );
}

/** A column's heading: a click sorts downwards, the next upwards, the third as the view does. */
function Heading({ name, field, sort, onSort }: HeadingProps) {
  const sortable = !["address", "multi_choice", "attachments", "picture"].includes(field.kind);
  const numeric = kindOf(field).numeric ?? false;
  const way = sort === name ? "ascending" : sort === `-${name}` ? "descending" : "none";
  const next = way === "none" ? `-${name}` : way === "descending" ? name : "";
  return (
    <th className={numeric ? "num" : ""} {...(way === "none" ? {} : { "aria-sort": way })}>
      {sortable ? (
        <button type="button" onClick={() => onSort(next)}>
          {labelOf(field.label)}
          <span aria-hidden="true">{{ ascending: "↑", descending: "↓", none: "" }[way]}</span>
        </button>
      ) : (
        labelOf(field.label)
      )}
    </th>
  );
}

interface HeadingProps {
  name: string;
  field: Field;
  sort: string;
  onSort: (sort: string) => void;
}

export function ListTable(props: Props) {
  const { t } = useTranslation();
  const { app, entity, page, sort, selected, active, selectable, onSelect, onSort } = props;
  const columns = props.columns.flatMap((key) => {
    const field = fieldOf(entity.fields, key);
    return field ? [[key, field] as const] : [];
  });
  const ids = page.items.map((item) => item.id);
  const chosen = ids.filter((id) => selected.includes(id)).length;
  return (
    <div className="table">
      <table>
        <thead>
          <tr>
            {selectable ? (
              <th className="tick">
                <Checkbox
                  aria-label={t("list.selectAll")}
                  checked={chosen > 0 && chosen === ids.length}
                  indeterminate={chosen > 0 && chosen < ids.length}
                  onChange={(event) => onSelect(event.target.checked ? ids : [])}
                />
              </th>
            ) : null}
            {columns.map(([key, field]) => (
              <Heading key={key} name={key} {...{ field, sort, onSort }} />
            ))}
          </tr>
        </thead>
        <tbody>
          {page.items.map((item, index) => (
            <tr
              key={item.id}
              className={`${index === active ? "is-active" : ""} ${selected.includes(item.id) ? "is-chosen" : ""}`}
              onClick={() => props.onOpen(item.id)}
            >
              {selectable ? (
                // a click beside the box is meant for the box
                <td className="tick" onClick={(event) => event.stopPropagation()}>
                  <Checkbox
                    aria-label={t("list.selectRow")}
                    checked={selected.includes(item.id)}
                    onChange={(event) =>
                      onSelect(
                        event.target.checked
                          ? [...selected, item.id]
                          : selected.filter((id) => id !== item.id),
                      )
                    }
                  />
                </td>
              ) : null}
              {columns.map(([key, field], at) => (
                <td key={key} className={kindOf(field).numeric ? "num" : ""}>
                  {at === 0 ? (
                    <Link
                      to="/$app/$entity/$id"
                      params={{ app, entity: entity.id, id: item.id }}
                      onClick={(event) => event.stopPropagation()}
                    >
                      {show(props, key, item)}
                    </Link>
                  ) : (
                    show(props, key, item)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function ListCards(props: Pick<Props, "app" | "currency" | "entity" | "columns" | "page">) {
  const { app, entity, columns, page } = props;
  // what has no states still says how it stands: by its first choice with colours
  const state =
    entity.states?.field ??
    columns.find((key) => entity.fields[key]?.options?.some((one) => one.colour));
  const [title, second, ...more] = columns.filter((key) => key !== state);
  const amount = more.find((key) => entity.fields[key]?.kind === "money");
  const date = more.find((key) =>
    ["date", "datetime"].includes(fieldOf(entity.fields, key)?.kind ?? ""),
  );
  // goods and the like have neither amount nor date: then their numbers, by name
  const counts =
    amount || date
      ? []
      : more.filter((key) => ["number", "integer"].includes(entity.fields[key]?.kind ?? ""));
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
                {counts.slice(-2).map((key) => (
                  <span key={key} className="count">
                    {labelOf(entity.fields[key]?.label)} {show(props, key, item)}
                  </span>
                ))}
              </span>
            </div>
          </Link>
        </li>
      ))}
    </ul>
  );
}
