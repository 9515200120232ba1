/** The head of a list: views, search, filter, columns, count; and the pager at its foot. */
import { DeleteOutlined, PlusOutlined, SettingOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button, Checkbox, Input, Popover, Select, Tag } from "antd";
import { useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { App, Entity, Page, View } from "@/api/types";
import { fieldOf } from "@/fields/registry";
import { formatCount } from "@/lib/format";
import { labelOf } from "@/lib/label";
import { FileTools } from "./file-tools";
import { Filters } from "./filter-builder";
import { useListState } from "./use-list-state";

/** The columns of a view, and the ones this person chose (remembered per view). */
export function useColumns(app: string, entity: Entity | undefined, view: View | undefined) {
  const store = `columns:${app}.${entity?.id ?? ""}.${view?.id ?? ""}`;
  const all = view?.columns ?? Object.keys(entity?.fields ?? {}).slice(0, 8);
  const [hidden, setHidden] = useState<string[]>(
    () => JSON.parse(localStorage.getItem(store) ?? "[]") as string[],
  );
  const chosen = all.filter((key) => !hidden.includes(key));
  const setChosen = (keys: string[]) => {
    const next = all.filter((key) => !keys.includes(key));
    localStorage.setItem(store, JSON.stringify(next));
    setHidden(next);
  };
  return { columns: all, chosen, setChosen };
}

interface Props {
  app: string;
  definition: App;
  entity: Entity;
  views: View[];
  view: View | undefined;
  columns: string[];
  chosen: string[];
  setChosen: (keys: string[]) => void;
  count: "estimate" | "exact";
  setCount: (count: "estimate" | "exact") => void;
  canCreate: boolean;
  canRestore: boolean;
  allowed: string[];
  canImport: boolean;
  exportTo: string | null;
  page: Page | undefined;
  selection: ReactNode;
  onCreate: () => void;
}

export function ListTools(props: Props) {
  const { t } = useTranslation();
  const { entity, views, view, page } = props;
  const { search, set } = useListState();
  const label = labelOf(entity.label);
  return (
    <>
      <div className="head">
        <h1>{label}</h1>
        {views.length > 1 ? (
          <Select
            aria-label={t("list.views")}
            size="small"
            variant="filled"
            value={view?.id ?? null}
            popupMatchSelectWidth={false}
            onChange={(id) => set({ view: id, sort: "" })}
            options={views.map((one) => ({ value: one.id, label: labelOf(one.label) }))}
          />
        ) : null}
        <span className="spacer" />
        <EntityActions {...props} />
        {props.canCreate ? (
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={props.onCreate}>
            {t("list.add", { label })}
          </Button>
        ) : null}
      </div>
      {props.selection ?? (
        <div className="line">
          <Input.Search
            id="list-search"
            aria-label={t("list.search", { label })}
            placeholder={t("list.search", { label })}
            allowClear
            style={{ width: 260 }}
            key={search.q ?? ""}
            defaultValue={search.q ?? ""}
            onSearch={(q) => set({ q })}
          />
          <Filters {...props} />
          {search.where ? (
            <Tag closable onClose={() => set({ where: "", said: "" })}>
              {t(search.said === "import" ? "list.fromImport" : "record.linked")}
            </Tag>
          ) : null}
          <span className="spacer" />
          <FileTools {...props} />
          <Columns {...props} />
          {props.canRestore ? (
            <Link to="/$app/$entity/bin" params={{ app: props.app, entity: entity.id }}>
              <Button
                type="text"
                tabIndex={-1}
                icon={<DeleteOutlined aria-hidden />}
                aria-label={t("bin.open")}
                title={t("bin.open")}
              />
            </Link>
          ) : null}
          {page?.count !== null && page?.count !== undefined ? (
            <Button
              type="text"
              size="small"
              title={page.estimated ? t("list.countExact") : ""}
              onClick={() => props.setCount("exact")}
            >
              {t("list.count", {
                count: formatCount(page.count, page.estimated) as unknown as number,
              })}
            </Button>
          ) : null}
        </div>
      )}
    </>
  );
}

/** What can be done with the entity as a whole, such as receiving stock. */
function EntityActions({ app, entity, allowed }: Props) {
  const known = Object.entries(entity.actions ?? {}).filter(
    ([key, one]) => one.scope === "entity" && allowed.includes(key),
  );
  return known.map(([key, one]) => (
    <Link
      key={key}
      to="/$app/$entity/do/$action"
      params={{ app, entity: entity.id, action: key }}
      className={`button ${one.style === "primary" ? "primary" : ""}`}
    >
      {labelOf(one.label)}
    </Link>
  ));
}

function Columns({ entity, columns, chosen, setChosen }: Props) {
  const { t } = useTranslation();
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <Checkbox.Group
          style={{ display: "grid", gap: 4 }}
          value={chosen}
          onChange={(keys) => setChosen(keys as string[])}
          options={columns.map((key) => ({
            value: key,
            label: labelOf(fieldOf(entity.fields, key)?.label),
          }))}
        />
      }
    >
      <Button type="text" icon={<SettingOutlined aria-hidden />} aria-label={t("list.columns")} />
    </Popover>
  );
}
