/** One cell of the grid: text until it is active, then the field's own control. */
import { Tooltip } from "antd";
import type { KeyboardEvent } from "react";
import type { Field, Refs } from "@/api/types";
import { kindOf } from "@/fields/registry";

interface Props {
  app: string;
  currency: string;
  field: Field;
  value: unknown;
  refs: Refs;
  label: string;
  fault: string | undefined;
  /** As the rules of its line want it: not shown, not open, asked for. */
  hidden: boolean;
  closed: boolean;
  asked: boolean;
  active: boolean;
  onActivate: () => void;
  onMove: (down: number, right: number) => void;
  onLeave: () => void;
  onChange: (value: unknown, title?: string) => void;
}

const POPUP = ".ant-picker-dropdown";
const PAGE = 10;
const FAR = 100_000;

/** Whether an arrow leaves the cell: nothing to walk through, or all of it is marked. */
function atEdge(event: KeyboardEvent, edge: "start" | "end"): boolean {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || input.type !== "text") return true;
  if (input.role === "combobox") return false;
  const { selectionStart: start, selectionEnd: end, value } = input;
  if (start === 0 && end === value.length) return true;
  return start === end && start === (edge === "start" ? 0 : value.length);
}

const PICKED = new Set(["reference", "choice", "multi_choice", "person", "department"]);

export function GridCell(props: Props) {
  const { app, currency, field, value, refs, label, fault, active, onMove } = props;
  const kind = kindOf(field);
  const className = `${kind.numeric ? "num" : ""} ${fault ? "bad" : ""}`;
  const fixed = props.closed || props.hidden;
  const picked = PICKED.has(field.kind);
  const keys = (event: KeyboardEvent) => {
    const mod = event.metaKey || event.ctrlKey;
    const far = mod ? FAR : 1;
    const moves: Record<string, [number, number]> = {
      Enter: [1, 0],
      ArrowDown: [far, 0],
      ArrowUp: [-far, 0],
      PageDown: [PAGE, 0],
      PageUp: [-PAGE, 0],
    };
    if (event.key === "Tab") {
      event.preventDefault();
      onMove(0, event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      props.onLeave();
    } else if (mod && event.key === "Enter") {
      // saves the form
    } else if (moves[event.key] && !(active && picked)) {
      event.preventDefault();
      onMove(...moves[event.key]!);
    } else if (event.key === "ArrowRight" && atEdge(event, "end")) {
      event.preventDefault();
      onMove(0, 1);
    } else if (event.key === "ArrowLeft" && atEdge(event, "start")) {
      event.preventDefault();
      onMove(0, -1);
    }
  };
  const blank = props.hidden || value === null || value === undefined || value === "";
  const shown = blank
    ? props.asked && !props.hidden
      ? "*"
      : "\u00a0"
    : kind.cell({ field, value, refs, app, currency });
  if (active && !fixed) {
    return (
      <td
        className={`${className} is-active`}
        onKeyDown={keys}
        // as in a spreadsheet, what is typed replaces what was there
        onFocus={(event) => {
          if (event.target instanceof HTMLInputElement && !picked) event.target.select();
        }}
        onBlur={(event) => {
          const inside = event.currentTarget.contains(event.relatedTarget);
          // a calendar hangs elsewhere in the page, and is the cell's all the same
          if (!inside && !event.relatedTarget?.closest(POPUP)) props.onLeave();
        }}
      >
        {/* the column stays as wide as it was: the control lies over the cell */}
        <span className="cell" aria-hidden>
          {shown}
        </span>
        <div className="editor">
          {kind.control({
            id: "cell",
            field,
            value: value ?? null,
            refs,
            app,
            label,
            autoFocus: true,
            invalid: Boolean(fault),
            onChange: (next, title) => {
              props.onChange(next, title);
              if (field.kind === "reference" && next) onMove(0, 1);
            },
          })}
        </div>
      </td>
    );
  }
  const name = props.asked && !props.hidden ? `${label} *` : label;
  const cell = (
    <button
      // a closed cell takes the focus where the keyboard passes over it
      key={active ? "active" : "resting"}
      autoFocus={active}
      type="button"
      className="cell"
      {...(blank ? { "aria-label": name } : { title: name })}
      disabled={fixed && !active}
      aria-disabled={fixed}
      onClick={fixed ? undefined : props.onActivate}
      onFocus={fixed ? undefined : props.onActivate}
      onBlur={active ? props.onLeave : undefined}
      onKeyDown={keys}
    >
      {shown}
    </button>
  );
  return <td className={className}>{fault ? <Tooltip title={fault}>{cell}</Tooltip> : cell}</td>;
}
