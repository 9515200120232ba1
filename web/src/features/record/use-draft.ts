/** The form's working state: what the person typed, and the server's preview of the rest.
 *
 * Only what was typed is sent; defaults, carried-over values, totals and faults come from a dry
 * run of the real thing, so the form never computes anything by rules of its own.
 */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { call, ProblemError } from "@/api/client";
import type { Entity, Fault, Line, Problem, Rec, Refs } from "@/api/types";

export interface DraftLine {
  key: string;
  id?: string;
  given: Record<string, unknown>;
}

export type Previewed = Rec & { refs?: Refs };
let counter = 0;
export const newLine = (given: Record<string, unknown> = {}, id?: string): DraftLine => {
  counter += 1;
  return id ? { key: `line-${counter}`, id, given } : { key: `line-${counter}`, given };
};

const PREVIEW_MS = 350;

const filled = (one: DraftLine) => one.id ?? Object.keys(one.given).length > 0;

function lineKeys(entity: Entity): string[] {
  return Object.entries(entity.fields)
    .filter(([, field]) => field.kind === "lines")
    .map(([key]) => key);
}

export function useDraft(
  app: string,
  entity: Entity,
  record: Previewed | null,
  action?: string | undefined,
) {
  const client = useQueryClient();
  const keys = lineKeys(entity);
  const [given, setGiven] = useState<Record<string, unknown>>({});
  const [lines, setLines] = useState<Record<string, DraftLine[]>>(() =>
    Object.fromEntries(
      keys.map((key) => [key, ((record?.[key] as Line[]) ?? []).map((one) => newLine({}, one.id))]),
    ),
  );
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  const [titles, setTitles] = useState<Refs>({});
  const [preview, setPreview] = useState<Previewed | null>(null);
  const [faults, setFaults] = useState<Fault[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  // others may change the record while this form is open: what is saved is held against what was read
  const [version, setVersion] = useState(record?.version);

  const body = () => {
    const sent = Object.fromEntries(
      keys
        .filter((key) => changed.has(key))
        .map((key) => [
          key,
          (lines[key] ?? [])
            .filter(filled)
            .map((one) => (one.id ? { id: one.id, ...one.given } : one.given)),
        ]),
    );
    return { ...given, ...sent, ...(record ? { version } : {}) };
  };
  const base = `/${app}/${entity.id}`;
  const path = action ? `${base}/actions/${action}` : `${base}${record ? `/${record.id}` : ""}`;
  const method = record ? "PATCH" : "POST";
  const serial = useRef(0);
  const look = useEffectEvent(() => {
    const mine = ++serial.current;
    const query = action ? { dry_run: true } : { dry_run: true, include: "refs" };
    call<Previewed>(method, path, { body: body(), query })
      .then((answer) => {
        if (mine !== serial.current) return;
        if (!action) setPreview(answer);
        setFaults((before) => (before.length ? [] : before));
      })
      .catch((error: unknown) => {
        if (mine !== serial.current || !(error instanceof ProblemError)) return;
        const found = error.problem.errors;
        if (error.problem.preview) setPreview(error.problem.preview as Previewed);
        setFaults((before) => (before.length ? found : before));
      });
  });
  useEffect(() => {
    const timer = window.setTimeout(() => look(), PREVIEW_MS);
    return () => window.clearTimeout(timer);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what was typed is what is previewed
  }, [given, lines]);

  const remember = (target: string, id: unknown, title: string | undefined) => {
    if (!title) return;
    setTitles((before) => ({ ...before, [target]: { ...before[target], [String(id)]: title } }));
  };
  const save = useMutation({
    mutationFn: (against?: number) => {
      if (against !== undefined) setVersion(against);
      const sent = against === undefined ? body() : { ...body(), version: against };
      return call<Rec>(method, path, { body: sent });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: [`${app}.${entity.id}`] }),
    onError: (error) => {
      if (!(error instanceof ProblemError)) return;
      setProblem(error.problem);
      setFaults(error.problem.errors);
    },
  });
  return {
    given,
    lines,
    preview,
    faults,
    problem,
    save,
    dirty: Object.keys(given).length > 0 || changed.size > 0,
    refs: mergeRefs(record?.refs, preview?.refs, titles),
    remember,
    set: (key: string, value: unknown) => setGiven((before) => ({ ...before, [key]: value })),
    setLines: (key: string, next: (before: DraftLine[]) => DraftLine[]) => {
      setLines((before) => ({ ...before, [key]: next(before[key] ?? []) }));
      setChanged((before) => new Set([...before, key]));
    },
    valueOf: (key: string): unknown =>
      key in given ? given[key] : (preview?.[key] ?? record?.[key] ?? null),
  };
}

export type Draft = ReturnType<typeof useDraft>;

export function mergeRefs(...all: (Refs | undefined)[]): Refs {
  const merged: Refs = {};
  for (const refs of all)
    for (const [target, names] of Object.entries(refs ?? {}))
      merged[target] = { ...merged[target], ...names };
  return merged;
}
