/** What happened to a record: who, when, old and new. */
import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { historyQuery } from "@/api/queries";
import type { App, Entity, Refs, TimelineItem } from "@/api/types";
import { kindOf } from "@/fields/registry";
import { formatDateTime } from "@/lib/format";
import { labelOf, listed } from "@/lib/label";
import { Section } from "@/ui/section";
import { mergeRefs } from "./use-draft";

const OPS = ["add", "change", "remove"] as const;

interface Props {
  app: string;
  definition: App;
  entity: Entity;
  record: { id: string; refs: Refs };
  currency: string;
}

export function Timeline(props: Props) {
  const { t } = useTranslation();
  const { app, entity, record } = props;
  const { data } = useQuery(historyQuery(app, entity.id, record.id));
  const refs = mergeRefs(record.refs, data?.refs);
  return (
    <aside>
      <Section title={t("record.timeline")} folded>
        {data ? null : <Skeleton active title={false} />}
        {data && data.items.length === 0 ? <p className="muted">{t("timeline.empty")}</p> : null}
        <ol className="timeline">
          {data?.items.map((item) => (
            <Entry key={item.id} {...props} item={item} refs={refs} />
          ))}
        </ol>
      </Section>
    </aside>
  );
}

function Entry({ app, entity, refs, currency, item }: Props & { item: TimelineItem; refs: Refs }) {
  const { t } = useTranslation();
  const action = item.kind.startsWith("action:") ? item.kind.slice(7) : null;
  const label = action
    ? labelOf(entity.actions?.[action]?.label) || action
    : t(`timeline.${item.kind}`);
  const fields = Object.entries(item.changes.fields).filter(([key]) => {
    const field = entity.fields[key];
    return field && !field.hidden_in_form;
  });
  const shown = item.kind === "create" ? [] : fields.slice(0, 8);
  const show = (key: string, value: unknown) =>
    kindOf(entity.fields[key]!).cell({
      field: entity.fields[key]!,
      value,
      refs,
      app,
      currency,
    });
  return (
    <li>
      <div>
        <strong>{label}</strong> · {item.actor?.name ?? t("timeline.system")}{" "}
        <span className="muted">{formatDateTime(item.at)}</span>
      </div>
      {item.reason ? <div>{item.reason}</div> : null}
      {shown.length || Object.keys(item.changes.lines).length ? (
        <ul className="changes">
          {shown.map(([key, [before, after]]) => (
            <li key={key}>
              {t("timeline.field", { label: labelOf(entity.fields[key]?.label) })}
              {show(key, before)} → {show(key, after)}
            </li>
          ))}
          {item.kind === "create"
            ? null
            : Object.entries(item.changes.lines).map(([key, rows]) => {
                const ops = Object.values(rows).map((one) => one.op);
                const told = OPS.map((op) => [op, ops.filter((one) => one === op).length] as const)
                  .filter(([, count]) => count > 0)
                  .map(([op, count]) => t(`timeline.rows.${op}`, { count }));
                return (
                  <li key={key}>
                    {t("timeline.field", { label: labelOf(entity.fields[key]?.label) })}
                    {listed(told)}
                  </li>
                );
              })}
        </ul>
      ) : null}
    </li>
  );
}
