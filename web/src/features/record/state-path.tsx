/** The way of states, with where the record is now. */
import { useTranslation } from "react-i18next";
import type { Entity } from "@/api/types";
import { labelOf } from "@/lib/label";

export function StatePath({ entity, value }: { entity: Entity; value: string }) {
  const { t } = useTranslation();
  const states = entity.states;
  const options = states ? (entity.fields[states.field]?.options ?? []) : [];
  if (!states || options.length < 3) return null;
  const at = options.findIndex((one) => one.key === value);
  const path = states.path?.length ? states.path : options.map((one) => one.key);
  const shown = options.filter((one) => one.key === value || path.includes(one.key));
  return (
    <ol className="path" tabIndex={0} aria-label={t("record.states")}>
      {shown.map((one) => {
        const done = options.indexOf(one) < at;
        const here = one.key === value;
        return (
          <li
            key={one.key}
            className={done ? "done" : ""}
            {...(here ? { "aria-current": "step" as const } : {})}
          >
            {labelOf(one.label)}
          </li>
        );
      })}
    </ol>
  );
}
