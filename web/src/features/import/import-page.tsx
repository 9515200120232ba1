/** The import wizard: a file, its columns, a try, the run. A try and a run stand in the address. */
import { ArrowLeftOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { App as Antd, Button, Skeleton, Steps } from "antd";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { appQuery, sessionQuery } from "@/api/queries";
import { labelOf } from "@/lib/label";
import { useShortcuts } from "@/lib/shortcuts";
import { ReasonButton } from "@/ui/reason-button";
import { ErrorState } from "@/ui/states";
import { settled } from "./checks";
import { ColumnsStep, useBlocked } from "./columns-step";
import { FileStep } from "./file-step";
import { JobStep } from "./job-step";
import { isOpen, jobQuery, look, start } from "./queries";
import type { Choice, Preview, Source } from "./types";

interface Held {
  source: Source;
  preview: Preview;
}

const NOTHING: Choice = { columns: {}, key: "", mode: "normal" };

/** ``job``: the try or run that is shown; ``from``: the try whose columns are chosen anew. */
interface Search {
  job?: string;
  from?: string;
}

export function ImportPage() {
  const { app, entity } = useParams({ strict: false }) as { app: string; entity: string };
  return <Wizard key={`${app}.${entity}`} app={app} entity={entity} />;
}

function useWizard(app: string, entity: string, { job: jobId, from }: Search) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = Antd.useApp();
  const [held, setHeld] = useState<Held | null>(null);
  const [choice, setChoice] = useState(NOTHING);
  const [shipped, setShipped] = useState(false);
  const go = (search: Search) => void navigate({ to: ".", search: search as never });
  const read = useMutation({
    mutationFn: async (source: Source) => ({
      source,
      preview: await look(app, entity, source),
    }),
    onSuccess: (found) => {
      const { suggested, fields } = found.preview;
      setHeld(found);
      setChoice(settled(fields, suggested));
      setShipped(Boolean(found.preview.shipped) && suggested.source === "names");
    },
  });
  const job = useQuery({ ...jobQuery(jobId ?? ""), enabled: Boolean(jobId) });
  const run = useMutation({
    mutationFn: (dryRun: boolean) =>
      dryRun && held
        ? start(app, entity, held.source, { choice: shipped ? null : choice, dryRun })
        : start(app, entity, { job: jobId ?? "" }, { dryRun: false }),
    onSuccess: (id) => go({ job: id }),
    onError: (error) => void message.error(error.message),
  });
  const again = useEffectEvent((earlier: string) => {
    if (!held && !read.isPending) read.mutate({ job: earlier });
  });
  useEffect(() => {
    if (from) again(from);
  }, [from]);
  const state = job.data?.state;
  const kept = job.data && !job.data.asked.dry_run;
  useEffect(() => {
    if (state === "done" && kept)
      void client.invalidateQueries({ predicate: (one) => one.queryKey[0] !== "job" });
  }, [client, state, kept]);
  const afresh = () => {
    setHeld(null);
    setChoice(NOTHING);
    read.reset();
    go({});
  };
  return { held, choice, setChoice, shipped, setShipped, read, job, run, go, afresh };
}

function Wizard({ app, entity }: { app: string; entity: string }) {
  const { t } = useTranslation();
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const { data: definition } = useSuspenseQuery(appQuery(app));
  const { data: session } = useQuery(sessionQuery);
  const wizard = useWizard(app, entity, search);
  const { held, choice, read, job, run } = wizard;
  const model = definition.app.entities[entity];
  const list = () => void navigate({ to: "/$app/$entity", params: { app, entity } });
  const blocked = useBlocked(held?.preview ?? null, choice, wizard.shipped);
  useShortcuts({ Escape: list });
  if (!model || !definition.rights[entity]?.import)
    return <ErrorState error={new Error(t("common.notFound"))} />;
  const label = labelOf(model.label);
  const title = t("import.title", { label });
  const tried = job.data?.asked.dry_run ?? true;
  const step = search.job ? (tried ? 2 : 3) : held || search.from ? 1 : 0;
  const shown = search.job ? job.data : undefined;
  const count = (shown?.result.created ?? 0) + (shown?.result.updated ?? 0);
  return (
    <article aria-label={title}>
      <div className="head">
        <Button
          type="text"
          icon={<ArrowLeftOutlined aria-hidden />}
          aria-label={t("record.back")}
          onClick={list}
        />
        <h1>{title}</h1>
        {held && !search.job ? <span className="muted">{held.preview.name}</span> : null}
      </div>
      <div className="pad import">
        <Steps
          size="small"
          responsive={false}
          current={step}
          items={[t("import.file"), t("import.columns"), t("import.try"), t("import.run")].map(
            (one) => ({ title: one }),
          )}
        />
        {step === 0 ? (
          <FileStep
            {...{ app, entity, label }}
            busy={read.isPending}
            error={read.error}
            onFile={(file) => read.mutate({ file })}
          />
        ) : null}
        {step === 1 && held ? (
          <ColumnsStep
            preview={held.preview}
            choice={choice}
            shipped={wizard.shipped}
            onChoice={wizard.setChoice}
            onShipped={wizard.setShipped}
          />
        ) : null}
        {search.job && job.isError ? <ErrorState error={job.error} /> : null}
        {step === 1 && !held && read.error ? <ErrorState error={read.error} /> : null}
        {(search.job && job.isPending) || (step === 1 && !held && !read.error) ? (
          <Skeleton active paragraph={{ rows: 8 }} />
        ) : null}
        {shown ? (
          <JobStep {...{ app, entity, definition }} person={session?.person.id ?? ""} job={shown} />
        ) : null}
      </div>
      {step === 1 && held ? (
        <div className="bottom">
          <Button onClick={wizard.afresh}>{t("import.otherFile")}</Button>
          <ReasonButton
            type="primary"
            loading={run.isPending}
            reason={blocked[0]}
            onClick={() => run.mutate(true)}
          >
            {t("import.try")}
          </ReasonButton>
        </div>
      ) : null}
      {shown && !isOpen(shown) && tried ? (
        <div className="bottom">
          <Button onClick={() => wizard.go({ from: shown.id })}>{t("import.backToColumns")}</Button>
          <ReasonButton
            type="primary"
            loading={run.isPending}
            reason={count ? null : t("import.nothingToDo")}
            onClick={() => run.mutate(false)}
          >
            {t("import.runCount", { count })}
          </ReasonButton>
        </div>
      ) : null}
      {shown && !isOpen(shown) && !tried ? (
        <div className="bottom">
          <Button onClick={wizard.afresh}>{t("import.another")}</Button>
          <Button type="primary" onClick={list}>
            {t("import.toList", { label })}
          </Button>
        </div>
      ) : null}
    </article>
  );
}
