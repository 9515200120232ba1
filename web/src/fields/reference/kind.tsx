/** References, people and departments: names, picked by typing. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { appQuery, departmentsQuery, lookUpQuery, peopleQuery } from "@/api/queries";
import type { Rec } from "@/api/types";
import { DASH } from "@/lib/format";
import type { CellProps, ControlProps, Kind } from "../types";

export function targetOf(kind: string, entity: string | undefined, app: string): string {
  if (kind === "person" || kind === "department") return kind;
  return entity?.includes(".") ? entity : `${app}.${entity ?? ""}`;
}

interface Choice {
  value: string;
  label: string;
}

function Cell({ field, value, refs, app, linked }: CellProps) {
  const target = targetOf(field.kind, field.entity, app);
  const name = value ? refs[target]?.[String(value)] : undefined;
  if (!name) return DASH;
  return linked && target.includes(".") ? <Named {...{ target, name }} id={String(value)} /> : name;
}

/** A record's name that leads to it, for who may see records of its kind. */
function Named({ target, id, name }: { target: string; id: string; name: string }) {
  const [app = "", entity = ""] = target.split(".");
  const { data } = useQuery(appQuery(app));
  if (!data?.rights[entity]?.see) return name;
  return (
    <Link to="/$app/$entity/$id" params={{ app, entity, id }}>
      {name}
    </Link>
  );
}

function useChoices(target: string, search: string, open: boolean, filter?: string) {
  const [app = "", entity = ""] = target.split(".");
  const isRecord = target.includes(".");
  const definition = useQuery({ ...appQuery(app), enabled: isRecord });
  const records = useQuery({ ...lookUpQuery(target, search, filter), enabled: isRecord && open });
  const people = useQuery({ ...peopleQuery(search), enabled: target === "person" && open });
  const departments = useQuery({ ...departmentsQuery, enabled: target === "department" && open });
  if (target === "person" || target === "department") {
    const found = (target === "person" ? people : departments).data?.items ?? [];
    const items = found.map((one) => ({ value: one.id, label: one.name }));
    return { items, loading: people.isFetching, late: false };
  }
  const model = definition.data?.app.entities[entity];
  const shown = (item: Rec): Choice => {
    const title = String(item[model?.title ?? "id"] ?? item.id);
    const more = model?.subtitle ? item[model.subtitle] : null;
    return {
      value: item.id,
      label:
        more && typeof more === "string" && !/^\d{15,}$/.test(more) ? `${title} · ${more}` : title,
    };
  };
  return {
    items: (records.data?.items ?? []).map(shown),
    loading: records.isFetching,
    late: records.isPlaceholderData,
  };
}

function Picker({
  id,
  field,
  value,
  onChange,
  refs,
  app,
  invalid,
  label,
  autoFocus,
}: ControlProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const [open, setOpen] = useState(autoFocus ?? false);
  const target = targetOf(field.kind, field.entity, app);
  const asked = useDeferredValue(search);
  const { items, loading, late } = useChoices(target, asked, open, field.filter);
  // what answers fewer letters than were typed is shown, but its first is not taken for what is meant
  const guard = (event: KeyboardEvent) => {
    const takes = event.key === "Enter" || (event.key === "Tab" && search !== "");
    if (!takes || !(late || asked !== search)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const known = value ? refs[target]?.[String(value)] : undefined;
  const options =
    value && !items.some((one) => one.value === value)
      ? [{ value: String(value), label: known ?? DASH }, ...items]
      : items;
  return (
    <div style={{ display: "contents" }} onKeyDownCapture={guard}>
      <Select
        id={id}
        aria-label={label}
        allowClear
        showSearch={{ filterOption: false, onSearch: setSearch }}
        // Tab takes the marked option: without a search it must pass by and change nothing
        defaultActiveFirstOption={search !== ""}
        autoFocus={autoFocus ?? false}
        {...(autoFocus ? { defaultOpen: true } : {})}
        style={{ width: "100%", minWidth: autoFocus ? 240 : 0 }}
        popupMatchSelectWidth={320}
        placeholder={t("common.pick")}
        notFoundContent={loading ? t("common.loading") : t("common.search")}
        status={invalid ? "error" : ""}
        value={(value as string | null) ?? null}
        onOpenChange={setOpen}
        onChange={(next: string | null | undefined) =>
          onChange(next ?? null, options.find((one) => one.value === next)?.label.split(" · ")[0])
        }
        options={options}
      />
    </div>
  );
}

export const reference: Kind = {
  cell: (props) => <Cell {...props} />,
  control: (props) => <Picker {...props} />,
  operators: ["eq", "ne", "is_blank", "not_blank"],
};
