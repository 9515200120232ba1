/** What the rows of a grid may ask for, and which of the lines' fields are its columns. */
import { useEffect, useRef, useState } from "react";
import type { Field, FormTree, Line } from "@/api/types";
import { isComputed } from "@/fields/registry";
import { followed } from "./form-rules";

/** What a row asks the grid to do; the same object for all rows and all drawings. */
export interface GridCommands {
  activate: (row: number, column: number) => void;
  move: (row: number, column: number) => void;
  leave: () => void;
  change: (row: number, key: string, value: unknown) => void;
  remember: (target: string, value: unknown, title: string | undefined) => void;
  choose: (row: number, extend: boolean) => void;
  copy: (row: number) => void;
  remove: (row: number) => void;
}

/** The same object at every drawing, so that rows need not be drawn anew; it does what was given last. */
export function useStable(commands: GridCommands): GridCommands {
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  const [stable] = useState<GridCommands>(() => ({
    activate: (...all) => latest.current.activate(...all),
    move: (...all) => latest.current.move(...all),
    leave: () => latest.current.leave(),
    change: (...all) => latest.current.change(...all),
    remember: (...all) => latest.current.remember(...all),
    choose: (...all) => latest.current.choose(...all),
    copy: (row) => latest.current.copy(row),
    remove: (row) => latest.current.remove(row),
  }));
  return stable;
}

/** The fields that can be typed, and those that are computed from them. */
export function gridColumns(
  field: Field,
  isNew: boolean,
  values?: Record<string, FormTree>,
): [string, Field][] {
  const fields = Object.entries(field.fields ?? {}).filter(
    ([, one]) => !one.hidden_in_form && one.visible !== false,
  );
  const open = fields.filter(
    ([key, one]) => (one.read_only !== true || (key === "reserved" && !isNew)) && !isComputed(one),
  );
  const columns = followed(
    values,
    open.map(([key]) => key),
  );
  return fields.filter(([key]) => columns.has(key));
}

/** What a doubled row takes over: what was typed or carried, not what follows from it. */
export function copied(
  line: Line | undefined,
  columns: [string, Field][],
): Record<string, unknown> {
  const kept = columns.filter(
    ([key, one]) =>
      one.read_only !== true && !isComputed(one) && key !== "amount" && line?.[key] != null,
  );
  return Object.fromEntries(kept.map(([key]) => [key, line?.[key]]));
}
