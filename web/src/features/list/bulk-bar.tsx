/** What can be done with the selected rows; it takes the filter line's place. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App as Antd, Button } from "antd";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import type { Entity, Problem, Rec, Rights } from "@/api/types";
import { labelOf } from "@/lib/label";

interface Props {
  app: string;
  entity: Entity;
  rights: Rights;
  rows: Rec[];
  onDone: () => void;
}

interface Answer {
  results: { id: string; ok?: unknown; problem?: Problem }[];
}

function Reasons({ texts }: { texts: string[] }) {
  return (
    <ul>
      {[...new Set(texts)].slice(0, 8).map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

export function BulkBar({ app, entity, rights, rows, onDone }: Props) {
  const selected = rows.map((row) => row.id);
  const state = entity.states?.field ?? "";
  const { t } = useTranslation();
  const { message, modal } = Antd.useApp();
  const client = useQueryClient();
  const run = useMutation({
    mutationFn: (action: string) =>
      call<Answer>("POST", `/${app}/${entity.id}/actions/${action}`, { body: { ids: selected } }),
    onSuccess: (answer) => {
      void client.invalidateQueries({ queryKey: [`${app}.${entity.id}`] });
      const refused = answer.results.filter((one) => one.problem);
      const done = answer.results.length - refused.length;
      if (refused.length === 0) void message.success(t("list.done", { done }));
      else
        modal.warning({
          title: t("list.partly", { done, failed: refused.length }),
          content: <Reasons texts={refused.map((one) => one.problem?.detail ?? "")} />,
        });
      onDone();
    },
    onError: (error) => void message.error(error.message),
  });
  const actions = Object.entries(entity.actions ?? {}).filter(
    ([key, action]) =>
      action.bulk &&
      rights.actions.includes(key) &&
      (!action.from || rows.every((row) => action.from?.includes(String(row[state])))),
  );
  const start = (key: string, confirm: string, title: string) => {
    if (!confirm) return run.mutate(key);
    return modal.confirm({
      title: `${title} · ${t("list.selected", { count: selected.length })}`,
      content: confirm,
      okText: t("action.ok"),
      cancelText: t("action.cancel"),
      onOk: () => run.mutateAsync(key).catch(() => undefined),
    });
  };
  return (
    <div
      className="line"
      role="toolbar"
      aria-label={t("list.selected", { count: selected.length })}
    >
      <strong>{t("list.selected", { count: selected.length })}</strong>
      {actions.map(([key, action]) => (
        <Button
          key={key}
          size="small"
          danger={action.style === "danger"}
          loading={run.isPending && run.variables === key}
          onClick={() => start(key, labelOf(action.confirm), labelOf(action.label))}
        >
          {labelOf(action.label)}
        </Button>
      ))}
      <Button type="link" size="small" onClick={onDone}>
        {t("list.clear")}
      </Button>
    </div>
  );
}
