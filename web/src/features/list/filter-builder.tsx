/** The filter button with its panel, and what is filtered by as chips. */
import { FilterOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Popover, Spin, Tag } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { functionsQuery } from "@/api/queries";
import type { App, Entity, Page, Refs } from "@/api/types";
import { kindOf } from "@/fields/registry";
import { operatorText } from "@/ui/formula/builder-words";
import { toAst } from "@/ui/formula/model";
import type { Condition, Item } from "@/ui/formula/model";
import { fieldAt, toLabels } from "@/ui/formula/names";
import type { Level } from "@/ui/formula/names";
import { print } from "@/ui/formula/print";
import { usePhone } from "@/ui/use-phone";
import { groupOf, language, levelOf, pathLabel } from "./filter-fields";
import { vocabulary } from "./filter-words";
import { useListState } from "./use-list-state";

const FilterPanel = lazy(() =>
  import("./filter-panel").then((found) => ({ default: found.FilterPanel })),
);

interface Props {
  definition: App;
  entity: Entity;
  page: Page | undefined;
}

export function Filters({ definition, entity, page }: Props) {
  const { t } = useTranslation();
  const { search, set } = useListState();
  const phone = usePhone();
  const [open, setOpen] = useState(false);
  const apply = (text: string) => {
    setOpen(false);
    set({ f: text });
  };
  const panel = (
    <Suspense fallback={<Spin />}>
      <FilterPanel {...{ definition, entity, page }} text={search.f} onApply={apply} />
    </Suspense>
  );
  const button = (
    <Button
      icon={<FilterOutlined aria-hidden />}
      aria-expanded={open}
      {...(phone ? { onClick: () => setOpen(true) } : {})}
    >
      {t("list.filter")}
    </Button>
  );
  return (
    <>
      {phone ? (
        <>
          {button}
          <Drawer
            open={open}
            onClose={() => setOpen(false)}
            placement="bottom"
            height="85%"
            title={t("list.filter")}
            destroyOnHidden
          >
            {panel}
          </Drawer>
        </>
      ) : (
        <Popover
          open={open}
          onOpenChange={setOpen}
          trigger="click"
          placement="bottomLeft"
          destroyOnHidden
          content={panel}
        >
          {button}
        </Popover>
      )}
      <Chips {...{ definition, entity }} refs={page?.refs ?? {}} onApply={apply} />
    </>
  );
}

interface ChipsProps {
  definition: App;
  entity: Entity;
  refs: Refs;
  onApply: (text: string) => void;
}

function Chips({ definition, entity, refs, onApply }: ChipsProps) {
  const { search } = useListState();
  const level = levelOf(definition, entity);
  const group = groupOf(level, search.f);
  const plain = group?.items.every((one) => one.kind === "condition");
  const { data: functions = [] } = useQuery({ ...functionsQuery, enabled: !plain });
  const { words } = vocabulary(functions, language());
  if (!search.f) return null;
  if (!group) return <Chip text={search.f} onClose={() => onApply("")} />;
  const shown = (item: Item) => {
    const node = toAst(item);
    return node ? print(toLabels(node, level, language()), words) : "";
  };
  if (group.join === "OR" && group.items.length > 1)
    return <Chip text={shown(group)} onClose={() => onApply("")} />;
  return group.items.map((item, index) => {
    const rest = toAst({ ...group, items: group.items.filter((_, at) => at !== index) });
    const close = () => onApply(rest ? print(rest) : "");
    // oxlint-disable-next-line react/no-array-index-key -- a condition is its place
    const key = `${index}-${item.kind}`;
    if (item.kind !== "condition") return <Chip key={key} text={shown(item)} onClose={close} />;
    return (
      <Tag key={key} closable onClose={close}>
        <ConditionText {...{ level, refs }} app={definition.app.id} condition={item} />
      </Tag>
    );
  });
}

function Chip({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <Tag closable onClose={onClose} title={text} className="fx-chip">
      <span>{text}</span>
    </Tag>
  );
}

interface TextProps {
  level: Level;
  app: string;
  condition: Condition;
  refs: Refs;
}

function ConditionText({ level, app, condition, refs }: TextProps) {
  const { t } = useTranslation();
  const field = fieldAt(level, condition.path);
  if (!field) return null;
  const { op, values } = condition;
  const many = op === "in" || op === "not_in";
  const given = values.map((one) => one.value);
  const cell = (value: unknown) => kindOf(field).cell({ field, value, refs, app, currency: "CNY" });
  return (
    <>
      {pathLabel(level, condition.path)} {t(operatorText(op, field))}{" "}
      {given.length === 0 ? null : many ? cell(given) : cell(given[0])}
      {op === "between" ? <> – {cell(given[1])}</> : null}
    </>
  );
}
