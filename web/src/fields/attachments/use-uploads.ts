/** Files on their way: several at once, each with its progress, its fault, and a way to stop it. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemError } from "@/api/client";
import { sessionQuery } from "@/api/queries";
import type { Field, StoredFile } from "@/api/types";
import { upload } from "@/api/upload";
import { faultOf, mostOf } from "./limits";

export interface Pending {
  key: number;
  file: File;
  /** From 0 to 1. */
  share: number;
  error?: string;
  /** Whether trying the same again may help. */
  again?: boolean;
  abort: AbortController;
}

let counter = 0;

export function useUploads(
  field: Field,
  value: StoredFile[],
  onChange: (next: StoredFile[]) => void,
) {
  const { t } = useTranslation();
  const limit = useQuery(sessionQuery).data?.limits?.file_mb;
  const [pending, setPending] = useState<Pending[]>([]);
  const [said, setSaid] = useState("");
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  }, [value]);
  const put = (next: StoredFile[]) => {
    latest.current = next;
    onChange(next);
  };
  const set = (key: number, change: Partial<Pending>) =>
    setPending((all) => all.map((one) => (one.key === key ? { ...one, ...change } : one)));
  const drop = (key: number) => setPending((all) => all.filter((one) => one.key !== key));
  const most = mostOf(field);

  const send = async (one: Pending) => {
    try {
      const stored = await upload(one.file, (share) => set(one.key, { share }), one.abort.signal);
      drop(one.key);
      put(most === 1 ? [stored] : [...latest.current, stored]);
      setSaid(t("files.done", { name: stored.name }));
    } catch (error) {
      if (one.abort.signal.aborted) return;
      const problem = error instanceof ProblemError ? error.problem : null;
      const cut = problem === null || problem.status === 0;
      set(one.key, {
        error: cut ? t("files.network") : (problem.detail ?? problem.title),
        again: cut || problem.status >= 500,
      });
    }
  };
  const add = (files: Iterable<File>) => {
    let room = most - latest.current.length - pending.filter((one) => !one.error).length;
    for (const file of files) {
      counter += 1;
      const one: Pending = { key: counter, file, share: 0, abort: new AbortController() };
      const fault = faultOf(file, field, limit);
      if (fault) one.error = t(fault.key, fault.values);
      else if (most > 1 && room <= 0) one.error = t("files.tooMany", { most });
      else room -= 1;
      setPending((all) => [...all, one]);
      if (!one.error) void send(one);
    }
  };
  return {
    pending,
    said,
    limit,
    add,
    put,
    busy: pending.some((one) => !one.error),
    cancel: (one: Pending) => {
      one.abort.abort();
      drop(one.key);
    },
    again: (one: Pending) => {
      drop(one.key);
      add([one.file]);
    },
  };
}
