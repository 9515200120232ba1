/** One record: its state, what can be done, its fields and lines, and what happened to it. */
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { ArrowLeftOutlined, LeftOutlined, RightOutlined } from "@ant-design/icons";
import { Button, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { appQuery, recordQuery } from "@/api/queries";
import type { RecordAnswer } from "@/api/queries";
import type { Entity } from "@/api/types";
import { targetOf } from "@/fields/reference/kind";
import { kindOf } from "@/fields/registry";
import { DASH } from "@/lib/format";
import { labelOf } from "@/lib/label";
import { useShortcuts } from "@/lib/shortcuts";
import { neighboursOf } from "@/lib/trail";
import { usePhone } from "@/ui/use-phone";
import { ErrorState } from "@/ui/states";
import { StateDot } from "@/ui/state-dot";
import { RecordActions } from "./actions";
import { RecordForm } from "./form";
import { RecordHead } from "./head";
import { LinkedDocuments } from "./linked";
import { StatePath } from "./state-path";
import { Timeline } from "./timeline";
import { RecordView } from "./view";

export function RecordPage() {
  const { app, entity, id } = useParams({ strict: false }) as {
    app: string;
    entity: string;
    id: string;
  };
  const search = useSearch({ strict: false }) as { edit?: boolean };
  const { t } = useTranslation();
  const navigate = useNavigate();
  const router = useRouter();
  const { data: definition } = useSuspenseQuery(appQuery(app));
  const query = useQuery(recordQuery(app, entity, id));
  const model = definition.app.entities[entity];
  const rights = definition.rights[entity];
  const edit = Boolean(search.edit && rights?.edit);
  const setEdit = (on: boolean) =>
    void navigate({ to: ".", search: (on ? { edit: true } : {}) as never, replace: !on });
  const back = () =>
    router.history.length > 1
      ? router.history.back()
      : void navigate({ to: "/$app/$entity", params: { app, entity } });
  useShortcuts({
    Escape: () => (edit ? setEdit(false) : back()),
    e: () => rights?.edit && setEdit(true),
  });
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!model || !rights) return <ErrorState error={new Error(t("common.notFound"))} />;
  if (!query.data)
    return (
      <div className="pad">
        <Skeleton active paragraph={{ rows: 12 }} />
      </div>
    );
  const record = query.data;
  const currency = definition.app.currency ?? "CNY";
  const title = model.title ? record[model.title] : null;
  const subtitle = model.subtitle ? model.fields[model.subtitle] : undefined;
  const state = model.states ? model.fields[model.states.field] : undefined;
  const option = state?.options?.find((one) => one.key === record[model.states?.field ?? ""]);
  const shared = { app, definition, entity: model, record, currency };
  const name = title ? String(title) : untitled(model, record, app, t("record.untitled"));
  return (
    <article aria-label={`${labelOf(model.label)} ${name}`}>
      <div className="head">
        <Button
          type="text"
          icon={<ArrowLeftOutlined aria-hidden />}
          aria-label={t("record.back")}
          onClick={back}
        />
        <h1>{name}</h1>
        {subtitle && model.subtitle ? (
          <span>
            {kindOf(subtitle).cell({
              field: subtitle,
              value: record[model.subtitle],
              refs: record.refs,
              app,
              currency,
              linked: true,
            })}
          </span>
        ) : null}
        {option ? <StateDot option={option} /> : null}
        <span className="spacer" />
        {edit ? null : <RecordActions {...shared} rights={rights} onEdit={() => setEdit(true)} />}
        {edit ? null : <Walk app={app} entity={entity} id={id} />}
      </div>
      <StatePath entity={model} value={String(record[model.states?.field ?? ""] ?? DASH)} />
      {edit ? (
        <div className="pad">
          <RecordForm
            app={app}
            definition={definition}
            entity={model}
            record={record}
            onDone={() => setEdit(false)}
          />
        </div>
      ) : (
        <div className="record">
          <div>
            <LinkedDocuments {...shared} />
            <RecordView {...shared} />
          </div>
          <Timeline {...shared} />
        </div>
      )}
    </article>
  );
}

/** What a record without a title of its own is called: a draft, or by what it is about. */
function untitled(model: Entity, record: RecordAnswer, app: string, draft: string): string {
  const label = labelOf(model.label);
  if (model.states) return `${label} · ${draft}`;
  const about = Object.entries(model.fields)
    .filter(([, field]) => field.kind === "reference")
    .map(
      ([key, field]) => record.refs[targetOf(field.kind, field.entity, app)]?.[String(record[key])],
    )
    .filter(Boolean);
  return [label, ...about.slice(0, 2)].join(" · ");
}

function Walk({ app, entity, id }: { app: string; entity: string; id: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const phone = usePhone();
  const found = neighboursOf(`${app}.${entity}`, id);
  if (!found || phone) return null;
  const go = (to: string | undefined) =>
    to &&
    void navigate({ to: "/$app/$entity/$id", params: { app, entity, id: to }, replace: true });
  return (
    <span className="walk">
      <Button
        type="text"
        icon={<LeftOutlined aria-hidden />}
        disabled={!found.previous}
        aria-label={t("record.previous")}
        onClick={() => go(found.previous)}
      />
      {found.at}/{found.of}
      <Button
        type="text"
        icon={<RightOutlined aria-hidden />}
        disabled={!found.next}
        aria-label={t("record.next")}
        onClick={() => go(found.next)}
      />
    </span>
  );
}

export function NewRecordPage() {
  const { app, entity } = useParams({ strict: false }) as { app: string; entity: string };
  // what it was made beside: the record that it is to refer to
  const search = useSearch({ strict: false }) as { given?: Record<string, unknown> };
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: definition } = useSuspenseQuery(appQuery(app));
  const model = definition.app.entities[entity];
  const back = () => void navigate({ to: "/$app/$entity", params: { app, entity } });
  useShortcuts({ Escape: back });
  if (!model || !definition.rights[entity]?.create)
    return <ErrorState error={new Error(t("common.notFound"))} />;
  const label = labelOf(model.label);
  return (
    <article aria-label={t("record.new", { label })}>
      <RecordHead title={t("record.new", { label })} onBack={back} />
      <div className="pad">
        <RecordForm
          app={app}
          definition={definition}
          entity={model}
          record={null}
          given={search.given}
          onDone={(id) =>
            id
              ? void navigate({
                  to: "/$app/$entity/$id",
                  params: { app, entity, id },
                  replace: true,
                })
              : back()
          }
        />
      </div>
    </article>
  );
}
