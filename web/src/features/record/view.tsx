/** A record to be read: sections of fields, and its lines with totals. */
import type { App, Entity, Field, Line, Refs, TableTrees } from "@/api/types";
import type { RecordAnswer } from "@/api/queries";
import { kindOf } from "@/fields/registry";
import { decimalOf } from "@/lib/format";
import { labelOf } from "@/lib/label";
import { Computing } from "@/ui/computing";
import { Section } from "@/ui/section";
import { Button } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FormContext } from "./elsewhere";
import { LinesHead, LinesTotals } from "./lines-table";
import { headingOf, partsOf } from "./sections";
import { seenLines, seenOf } from "./seen";
import { Space } from "./space";
import { useFormContext } from "./use-elsewhere";
import { useWindow } from "./use-window";

interface Props {
  app: string;
  definition: App;
  entity: Entity;
  record: RecordAnswer;
  currency: string;
}

const isBlank = (value: unknown) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

export function RecordView({ app, definition, entity, record, currency }: Props) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const trees = definition.forms?.[entity.id];
  const context = useFormContext(trees, record);
  const sees = seenOf(entity.fields, trees, record, context);
  const parts = partsOf(entity).map((part) => ({ ...part, fields: part.fields.filter(sees) }));
  const blanks = parts
    .flatMap((part) => part.fields)
    .filter((key) => entity.fields[key]?.kind !== "lines" && isBlank(record[key])).length;
  return (
    <>
      {parts.map((part, at) => {
        const plain = part.fields.filter(
          (key) => entity.fields[key]?.kind !== "lines" && (all || !isBlank(record[key])),
        );
        const lines = part.fields.filter((key) => entity.fields[key]?.kind === "lines");
        const filled = lines.filter((key) => ((record[key] as Line[]) ?? []).length > 0);
        if (plain.length + filled.length === 0) return null;
        return (
          <Section
            key={part.id}
            title={headingOf(part, parts)}
            folded={at > 0 && filled.length === 0}
          >
            <dl className="fields" style={{ "--columns": part.columns } as React.CSSProperties}>
              {plain.map((key) => {
                const field = entity.fields[key]!;
                const kind = kindOf(field);
                return (
                  <div key={key} className={kind.wide ? "wide" : ""}>
                    <dt>{labelOf(field.label)}</dt>
                    <dd>
                      {(kind.view ?? kind.cell)({
                        field,
                        value: record[key],
                        refs: record.refs,
                        app,
                        currency,
                        linked: true,
                      })}
                      <Computing item={record} name={key} />
                    </dd>
                  </div>
                );
              })}
            </dl>
            {filled.map((key) => (
              <LinesView
                key={key}
                field={entity.fields[key]!}
                lines={(record[key] as Line[]) ?? []}
                trees={trees?.lines?.[key]}
                context={context}
                refs={record.refs}
                app={app}
                currency={currency}
              />
            ))}
          </Section>
        );
      })}
      {blanks ? (
        <Button type="link" size="small" onClick={() => setAll(!all)}>
          {t(all ? "record.hideBlank" : "record.showBlank", { count: blanks })}
        </Button>
      ) : null}
    </>
  );
}

export function shownColumns(field: Field, lines: Line[]): [string, Field][] {
  return Object.entries(field.fields ?? {}).filter(([key, one]) => {
    if (one.hidden_in_form || one.visible === false) return false;
    if (one.kind === "choice" && lines.every((line) => (line[key] ?? one.default) === one.default))
      return false;
    if (["product", "quantity", "unit_price", "amount"].includes(key)) return true;
    return lines.some((line) => {
      const value = line[key];
      return (
        value !== null &&
        value !== undefined &&
        value !== "" &&
        !(decimalOf(value)?.isZero() ?? false)
      );
    });
  });
}

function LinesView(props: {
  field: Field;
  lines: Line[];
  trees: TableTrees | undefined;
  context: FormContext;
  refs: Refs;
  app: string;
  currency: string;
}) {
  const { field, trees, context, refs, app, currency } = props;
  const lines = useMemo(
    () => seenLines(field.fields ?? {}, trees, props.lines, context),
    [field, trees, props.lines, context],
  );
  const columns = useMemo(() => shownColumns(field, lines), [field, lines]);
  const { frame, long, drawn, onScroll } = useWindow(lines.length);
  return (
    <div
      className={`sheet ${long ? "is-long" : ""}`}
      tabIndex={0}
      role="group"
      aria-label={labelOf(field.label)}
      ref={frame}
      onScroll={onScroll}
    >
      <table aria-rowcount={lines.length + 1}>
        <LinesHead columns={columns} />
        <tbody>
          <Space height={drawn.above} />
          {lines.slice(drawn.start, drawn.end).map((line, offset) => (
            <tr key={line.id ?? drawn.start + offset} aria-rowindex={drawn.start + offset + 2}>
              <td className="plain">{drawn.start + offset + 1}</td>
              {columns.map(([key, one]) => (
                <td key={key} className={`plain ${kindOf(one).numeric ? "num" : ""}`}>
                  {kindOf(one).cell({
                    field: one,
                    value: line[key],
                    refs,
                    app,
                    currency,
                    linked: true,
                  })}
                </td>
              ))}
            </tr>
          ))}
          <Space height={drawn.below} />
        </tbody>
        <LinesTotals {...{ columns, lines, refs, app, currency }} totals={field.totals} />
      </table>
    </div>
  );
}
