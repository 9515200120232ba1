/** A try or a run: how far it is, what came of it, what was refused and why. */
import { DownloadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Progress } from "antd";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import type { App } from "@/api/types";
import { formatNumber } from "@/lib/format";
import { labelOf } from "@/lib/label";
import { touched } from "./checks";
import { PlainTable } from "./plain-table";
import { isOpen } from "./queries";
import type { Job } from "./types";

interface Props {
  app: string;
  entity: string;
  definition: App;
  person: string;
  job: Job;
}

const FIRST = 20;

export function JobStep(props: Props) {
  const { t } = useTranslation();
  const { job } = props;
  if (isOpen(job)) return <Running job={job} />;
  if (job.state === "failed")
    return (
      <Alert
        type="error"
        showIcon
        role="alert"
        title={job.result.message ?? t("common.error")}
        description={
          job.result.errors?.length ? (
            <ul className="plain-list">
              {job.result.errors.map((one) => (
                <li key={one.message}>{one.message}</li>
              ))}
            </ul>
          ) : null
        }
      />
    );
  if (job.state === "cancelled")
    return (
      <Alert
        type="warning"
        showIcon
        role="alert"
        title={t("import.cancelled")}
        description={job.asked.dry_run ? t("import.triedNothing") : t("import.cancelledKept")}
      />
    );
  return <Outcome {...props} />;
}

function Running({ job }: { job: Job }) {
  const { t } = useTranslation();
  const cancel = useMutation({ mutationFn: () => call("DELETE", `/jobs/${job.id}`) });
  const percent = job.total ? Math.floor((job.done / job.total) * 100) : 0;
  const stopping = cancel.isPending || cancel.isSuccess;
  return (
    <section className="section" aria-live="polite">
      <h2>{t(job.asked.dry_run ? "import.trying" : "import.running")}</h2>
      <Progress percent={percent} status="active" aria-label={t("import.progress")} />
      <p className="muted">
        {job.total
          ? t("import.rowsOf", { done: formatNumber(job.done), total: formatNumber(job.total) })
          : t("import.waiting")}
      </p>
      <Button danger disabled={stopping} onClick={() => cancel.mutate()}>
        {t(stopping ? "import.stopping" : "import.cancel")}
      </Button>
    </section>
  );
}

function Outcome({ app, entity, definition, person, job }: Props) {
  const { t } = useTranslation();
  const { result } = job;
  const tried = job.asked.dry_run;
  const link = (kind: "created" | "updated", count: number) =>
    !tried && count > 0 ? touched(kind, person, job.started_at, job.ended_at) : null;
  const counts = [
    { key: "created", title: t(tried ? "import.wouldCreate" : "import.created") },
    { key: "updated", title: t(tried ? "import.wouldUpdate" : "import.updated") },
    { key: "unchanged", title: t("import.unchanged") },
    { key: "failed", title: t("import.failedRows") },
  ] as const;
  const steps = result.steps ?? [];
  const own = steps.filter((one) => one.entity === `${app}.${entity}`);
  return (
    <>
      <section className="section" aria-label={t("import.outcome")}>
        <h2>{t(tried ? "import.tried" : "import.done", { name: job.asked.name })}</h2>
        <dl className="counts">
          {counts.map(({ key, title }) => {
            const count = result[key] ?? 0;
            const where =
              key === "created" || key === "updated"
                ? link(
                    key,
                    own.reduce((sum, one) => sum + one[key], 0),
                  )
                : null;
            return (
              <div key={key} className={key === "failed" && count ? "is-bad" : ""}>
                <dt>{title}</dt>
                <dd>
                  {where ? (
                    <Link
                      to="/$app/$entity"
                      params={{ app, entity }}
                      search={{ where, said: "import" } as never}
                    >
                      {formatNumber(count)}
                    </Link>
                  ) : (
                    formatNumber(count)
                  )}
                </dd>
              </div>
            );
          })}
        </dl>
        {steps.length > 1 ? (
          <ul className="plain-list">
            {steps.map((one) => (
              <li key={one.entity}>
                {t("import.stepCounts", {
                  label: labelOf(definition.app.entities[one.entity.split(".")[1] ?? ""]?.label),
                  created: formatNumber(one.created),
                  updated: formatNumber(one.updated),
                })}
              </li>
            ))}
          </ul>
        ) : null}
        {result.reported ? (
          <p className="muted">{t("import.reported", { count: result.reported })}</p>
        ) : null}
        {job.errors ? (
          <Button icon={<DownloadOutlined aria-hidden />} href={job.errors} download>
            {t("import.errorBook")}
          </Button>
        ) : null}
      </section>
      <Faults job={job} />
    </>
  );
}

function Faults({ job }: { job: Job }) {
  const { t } = useTranslation();
  const faults = job.result.faults ?? [];
  if (faults.length === 0) return null;
  const shown = faults.slice(0, FIRST);
  return (
    <PlainTable
      title={t("import.faults", { count: shown.length })}
      heads={[t("import.row"), t("import.column"), t("import.problem")]}
    >
      {shown.map((one) => (
        <tr key={`${one.row} ${one.column} ${one.message}`} className="is-still">
          <td>{t("import.rowNumber", { row: one.row })}</td>
          <td>{one.column || "—"}</td>
          <td className="told">{one.message}</td>
        </tr>
      ))}
    </PlainTable>
  );
}
