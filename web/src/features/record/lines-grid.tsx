/** The lines grid: a spreadsheet of the lines' fields; only the active cell is an editor. */
import { PlusOutlined } from "@ant-design/icons";
import { App as Antd, Button } from "antd";
import { useState } from "react";
import type { ClipboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { App, Entity, Line } from "@/api/types";
import { labelOf, listed } from "@/lib/label";
import { copyRows } from "./copy";
import { copied, useStable } from "./grid-commands";
import { fittedColumns } from "./form-rules";
import { GridRow } from "./grid-row";
import { LinesHead, LinesTotals } from "./lines-table";
import type { GridCommands } from "./grid-commands";
import { pasteRows } from "./paste";
import { useSellable } from "./sellable";
import type { FormRules } from "./use-form-rules";
import { Space } from "./space";
import { useWindow } from "./use-window";
import type { Draft } from "./use-draft";
import { newLine } from "./use-draft";

interface Props {
  app: string;
  definition: App;
  entity: Entity;
  draft: Draft;
  currency: string;
  name: string;
  rules: FormRules;
}

interface Place {
  row: number;
  column: number;
}

/** Rows that are chosen together, from the first click to the last. */
interface Range {
  from: number;
  to: number;
}

const NO_REFS = {};

export function LinesGrid(props: Props) {
  const { app, definition, entity, draft, rules, currency, name } = props;
  const { t } = useTranslation();
  const { message } = Antd.useApp();
  const field = entity.fields[name]!;
  const kit = rules.grid(name);
  const { columns } = kit;
  const rows = draft.lines[name] ?? [];
  const [active, setActive] = useState<Place | null>(null);
  const [range, setRange] = useState<Range | null>(null);
  const stored = rules.stored(name);
  const shown = rows.map((line) => rules.live(name, line));
  const { frame, long, drawn, reveal, onScroll } = useWindow(rows.length);
  const visible = shown.slice(drawn.start, drawn.end);
  const sellable = useSellable(app, definition, field, visible);
  const faults = draft.faultsOf(name);
  const first = range ? Math.min(range.from, range.to) : -1;
  const last = range ? Math.max(range.from, range.to) : -1;

  const go = (row: number, column: number) => {
    reveal(row);
    setRange(null);
    setActive({ row, column });
  };
  const add = () => {
    draft.setLines(name, (before) => [...before, newLine()]);
    go(rows.length, 0);
  };
  const commands: GridCommands = {
    activate: (row, column) => {
      setRange(null);
      setActive({ row, column });
    },
    leave: () => setActive(null),
    move: (row, column) => {
      const wide = column >= columns.length || column < 0;
      const down = column >= columns.length ? row + 1 : column < 0 ? row - 1 : row;
      if (down >= rows.length) return row > rows.length ? go(rows.length - 1, column) : add();
      if (down < 0) return go(0, wide ? 0 : column);
      return go(down, !wide ? column : column < 0 ? columns.length - 1 : 0);
    },
    change: (row, key, value) =>
      draft.setLines(name, (before) =>
        before.map((one, at) =>
          at === row ? { ...one, given: { ...one.given, [key]: value } } : one,
        ),
      ),
    remember: draft.remember,
    choose: (row, extend) => {
      setActive(null);
      setRange((before) => ({ from: extend && before ? before.from : row, to: row }));
    },
    copy: (row) =>
      draft.setLines(name, (before) =>
        before.toSpliced(row + 1, 0, newLine(copied(shown[row], columns))),
      ),
    remove: (row) => {
      setRange(null);
      draft.setLines(name, (before) => before.toSpliced(row, 1));
    },
  };
  const stable = useStable(commands);

  const paste = async (text: string, at: Place) => {
    const pasted = await pasteRows(app, columns, text, at.column);
    draft.rememberAll(pasted.titles);
    draft.setLines(name, (before) => {
      const next = [...before];
      pasted.rows.forEach((given, offset) => {
        const old = next[at.row + offset];
        next[at.row + offset] = old
          ? { ...old, given: { ...old.given, ...given } }
          : newLine(given);
      });
      return next;
    });
    setActive(null);
    void message.success(t("lines.pasted", { count: pasted.rows.length }));
    if (pasted.missing.length)
      void message.warning(t("lines.notFound", { values: listed(pasted.missing.slice(0, 10)) }));
  };
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData("text");
    if (!text.includes("\t") && !text.trim().includes("\n")) return;
    event.preventDefault();
    const at = range ? { row: first, column: 0 } : active;
    void paste(text, at ?? { row: rows.length, column: 0 });
  };
  const onCopy = (event: ClipboardEvent) => {
    if (!range) return;
    event.preventDefault();
    const chosen = shown.slice(first, last + 1);
    event.clipboardData.setData("text/plain", copyRows(app, columns, chosen, draft.refs));
    void message.success(t("lines.copied", { count: chosen.length }));
  };
  const promised = (line: Line | undefined) => {
    const found = sellable?.(line ?? {});
    return { sellable: found?.text ?? null, short: found?.short ?? false };
  };
  const fitted = ({ row, column }: Place) =>
    fittedColumns(columns, column, () => rules.row, shown[row] ?? {});
  return (
    <div onPaste={onPaste} onCopy={onCopy}>
      <div
        className={`sheet ${long ? "is-long" : ""}`}
        ref={frame}
        onScroll={onScroll}
        role="group"
        aria-label={labelOf(field.label)}
        {...(rows.length ? {} : { tabIndex: 0 })}
      >
        <table aria-label={labelOf(field.label)} aria-rowcount={rows.length + 1}>
          <LinesHead columns={columns} asks>
            {sellable ? <th className="num">{t("lines.sellable")}</th> : null}
            <th>
              <span className="hidden">{t("record.more")}</span>
            </th>
          </LinesHead>
          <tbody>
            <Space height={drawn.above} />
            {rows.slice(drawn.start, drawn.end).map((line, offset) => {
              const index = drawn.start + offset;
              return (
                <GridRow
                  key={line.key}
                  {...{ app, currency, index, kit }}
                  shown={shown[index] ?? {}}
                  columns={active?.row === index ? fitted(active) : columns}
                  stored={stored.get(line.id)}
                  faults={faults.get(line.key)}
                  refs={draft.refs}
                  active={active?.row === index ? active.column : null}
                  chosen={index >= first && index <= last}
                  {...promised(visible[offset])}
                  commands={stable}
                />
              );
            })}
            <Space height={drawn.below} />
          </tbody>
          <LinesTotals
            {...{ app, columns, currency }}
            totals={field.totals}
            lines={shown}
            refs={NO_REFS}
          >
            {sellable ? <td /> : null}
            <td />
          </LinesTotals>
        </table>
      </div>
      {rows.length === 0 ? <p className="muted">{t("lines.empty")}</p> : null}
      <div className="sheet-foot">
        <Button icon={<PlusOutlined aria-hidden />} size="small" onClick={add}>
          {t("lines.add")}
        </Button>
        {range ? (
          <>
            <span>{t("lines.chosen", { count: last - first + 1 })}</span>
            <Button
              size="small"
              danger
              onClick={() => {
                draft.setLines(name, (before) => before.toSpliced(first, last - first + 1));
                setRange(null);
              }}
            >
              {t("lines.removeChosen")}
            </Button>
            <Button size="small" type="link" onClick={() => setRange(null)}>
              {t("list.clear")}
            </Button>
          </>
        ) : null}
        {rows.length && !range ? <span className="muted">{t("lines.pasteHint")}</span> : null}
      </div>
    </div>
  );
}
