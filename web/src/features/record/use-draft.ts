/** The form's working state: what the person typed, and the server's preview of the rest.
 *
 * Only what was typed is sent; defaults, carried-over values, totals and faults come from a dry
 * run of the real thing, so the form never computes anything by rules of its own.
 */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useMemo, useRef, useState } from "react";
import { call, ProblemError } from "@/api/client";
import { sessionQuery } from "@/api/queries";
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
/** A long order is looked at less often: the server reads all of it each time. */
const LONG = 100;
const LONG_PREVIEW_MS = 700;

type Keys = Record<string, string[]>;

/** Whether a line says anything: others are not sent. */
export const filled = (one: DraftLine) => one.id ?? Object.keys(one.given).length > 0;

function lineKeys(entity: Entity): string[] {
  return Object.entries(entity.fields)
    .filter(([, field]) => field.kind === "lines")
    .map(([key]) => key);
}

export function useDraft(
  app: string,
  entity: Entity,
  record: Previewed | null,
  {
    action,
    start,
  }: { action?: string | undefined; start?: Record<string, unknown> | undefined } = {},
) {
  const client = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const keys = lineKeys(entity);
  const [first] = useState(start ?? {});
  const [given, setGiven] = useState(first);
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
  // which lines the previews and the faults are about, in the order in which they were sent
  // what the preview was made of
  const [seen, setSeen] = useState<{ given: unknown; lines: Record<string, DraftLine[]> } | null>(
    null,
  );
  const [previewKeys, setPreviewKeys] = useState<Keys>({});
  const [faultKeys, setFaultKeys] = useState<Keys>({});
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
  const sentKeys = (): Keys =>
    Object.fromEntries(
      keys.map((key) => [key, (lines[key] ?? []).filter(filled).map((one) => one.key)]),
    );
  const base = `/${app}/${entity.id}`;
  const path = action ? `${base}/actions/${action}` : `${base}${record ? `/${record.id}` : ""}`;
  const method = record ? "PATCH" : "POST";
  const flight = useRef<AbortController | null>(null);
  const look = useEffectEvent(() => {
    flight.current?.abort();
    const mine = new AbortController();
    flight.current = mine;
    const asked = sentKeys();
    const basis = { given, lines };
    const show = (answer: Previewed) => {
      setSeen(basis);
      setPreview(answer);
      setPreviewKeys(asked);
    };
    const query = action ? { dry_run: true } : { dry_run: true, include: "refs" };
    call<Previewed>(method, path, { body: body(), query, signal: mine.signal })
      .then((answer) => {
        if (mine.signal.aborted) return;
        if (!action) show(answer);
        setFaults((before) => (before.length ? [] : before));
      })
      .catch((error: unknown) => {
        if (mine.signal.aborted || !(error instanceof ProblemError)) return;
        const found = error.problem.errors;
        if (error.problem.preview) show(error.problem.preview as Previewed);
        setFaultKeys(asked);
        setFaults((before) => (before.length ? found : before));
      });
  });
  const isLong = keys.some((key) => (lines[key]?.length ?? 0) > LONG);
  const later = useEffectEvent(() =>
    window.setTimeout(look, isLong ? LONG_PREVIEW_MS : PREVIEW_MS),
  );
  useEffect(() => {
    const timer = later();
    return () => window.clearTimeout(timer);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what was typed is what is previewed, again by who signs in again
  }, [given, lines, session?.csrf]);
  useEffect(() => () => flight.current?.abort(), []);

  const remember = (target: string, id: unknown, title: string | undefined) => {
    if (!title) return;
    setTitles((before) => ({ ...before, [target]: { ...before[target], [String(id)]: title } }));
  };
  const rememberAll = (found: [string, string, string][]) =>
    setTitles((before) => {
      const next = { ...before };
      for (const [target, id, title] of found) {
        if (next[target] === before[target]) next[target] = { ...before[target] };
        next[target]![id] = title;
      }
      return next;
    });
  const save = useMutation({
    mutationFn: (against?: number) => {
      if (against !== undefined) setVersion(against);
      flight.current?.abort();
      setFaultKeys(sentKeys());
      const sent = against === undefined ? body() : { ...body(), version: against };
      return call<Rec>(method, path, { body: sent });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: [`${app}.${entity.id}`] }),
    onError: (error) => {
      // who signs in again reads no more that the session has ended
      if (!(error instanceof ProblemError) || error.problem.status === 401) return;
      setProblem(error.problem);
      setFaults(error.problem.errors);
    },
  });
  const refs = useMemo(
    () => mergeRefs(record?.refs, preview?.refs, titles),
    [record?.refs, preview?.refs, titles],
  );
  const previews = useMemo(() => byKey(preview, previewKeys), [preview, previewKeys]);
  const previewedLines = useMemo(() => linesByKey(seen?.lines), [seen]);
  const lineFaults = useMemo(() => faultsByKey(faults, faultKeys), [faults, faultKeys]);
  return {
    given,
    lines,
    preview,
    /** Whether the preview knows all that was typed. */
    current: seen?.given === given && seen.lines === lines,
    faults,
    problem,
    save,
    dirty: given !== first || changed.size > 0,
    refs,
    remember,
    rememberAll,
    /** What the server made of the lines, by the line's key. */
    previewed: (key: string): ReadonlyMap<string, Line> => previews[key] ?? NONE,
    /** The line as it was when the server made that of it. */
    previewOf: (key: string, line: string): DraftLine | undefined =>
      previewedLines.get(key)?.get(line),
    /** What is wrong with the lines' fields, by the line's key. */
    faultsOf: (key: string): ReadonlyMap<string, Record<string, string>> =>
      lineFaults[key] ?? NO_FAULTS,
    set: (key: string, value: unknown) => setGiven((before) => ({ ...before, [key]: value })),
    setLines: (key: string, next: (before: DraftLine[]) => DraftLine[]) => {
      setLines((before) => ({ ...before, [key]: next(before[key] ?? []) }));
      setChanged((before) => new Set([...before, key]));
    },
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

const NONE: ReadonlyMap<string, Line> = new Map();
const NO_FAULTS: ReadonlyMap<string, Record<string, string>> = new Map();

function linesByKey(
  lines: Record<string, DraftLine[]> | undefined,
): ReadonlyMap<string, ReadonlyMap<string, DraftLine>> {
  const all = Object.entries(lines ?? {});
  return new Map(all.map(([name, found]) => [name, new Map(found.map((one) => [one.key, one]))]));
}

function byKey(preview: Previewed | null, keys: Keys): Record<string, ReadonlyMap<string, Line>> {
  return Object.fromEntries(
    Object.entries(keys).map(([name, sent]) => {
      const lines = (preview?.[name] as Line[] | undefined) ?? [];
      return [name, new Map(lines.flatMap((one, at) => (sent[at] ? [[sent[at], one]] : [])))];
    }),
  );
}

function faultsByKey(
  faults: Fault[],
  keys: Keys,
): Record<string, ReadonlyMap<string, Record<string, string>>> {
  const found: Record<string, Map<string, Record<string, string>>> = {};
  for (const { pointer, message } of faults) {
    const [, name = "", at = "", field = ""] = pointer.split("/");
    const key = keys[name]?.[Number(at)];
    if (!key || !field) continue;
    const rows = (found[name] ??= new Map());
    rows.set(key, { ...rows.get(key), [field]: message });
  }
  return found;
}
