/** The calls of the wizard. */
import { queryOptions } from "@tanstack/react-query";
import { call } from "@/api/client";
import type { Choice, Job, Preview, Source } from "./types";

const POLL_MS = 500;

function formOf(source: Source): FormData {
  const form = new FormData();
  if ("file" in source) form.set("file", source.file);
  else form.set("job", source.job);
  return form;
}

export function look(app: string, entity: string, source: Source): Promise<Preview> {
  return call<Preview>("POST", `/${app}/${entity}/import/preview`, { form: formOf(source) });
}

/** Start a try or a run; ``choice`` null: as the app's own mapping for such files says. */
export async function start(
  app: string,
  entity: string,
  source: Source,
  asked: { choice?: Choice | null; dryRun: boolean },
): Promise<string> {
  const form = formOf(source);
  form.set("dry_run", String(asked.dryRun));
  if (asked.choice) {
    form.set("columns", JSON.stringify(asked.choice.columns));
    form.set("key", asked.choice.key);
    form.set("mode", asked.choice.mode);
  } else if (asked.choice === null) form.set("columns", "null");
  const answer = await call<{ job: string }>("POST", `/${app}/${entity}/import`, { form });
  return answer.job;
}

export const isOpen = (job: Job | undefined) => job?.state === "queued" || job?.state === "running";

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["job", id],
    queryFn: () => call<Job>("GET", `/jobs/${id}`),
    refetchInterval: (query) => (isOpen(query.state.data) ? POLL_MS : false),
    staleTime: 0,
  });
