/** The actions of a record: the first that may run is the primary one; others say why not. */
import { EllipsisOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App as Antd, Button, Dropdown } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import type { RecordAnswer } from "@/api/queries";
import type { Action, App, Entity, Rights } from "@/api/types";
import { labelOf } from "@/lib/label";
import { useRestore } from "@/api/use-restore";
import { usePhone } from "@/ui/use-phone";
import { ActionDialog } from "./action-dialog";
import { useRun } from "./use-run";

interface Props {
  app: string;
  definition: App;
  entity: Entity;
  record: RecordAnswer;
  rights: Rights;
  currency: string;
  onEdit: () => void;
}

export function RecordActions(props: Props) {
  const { app, entity, record, rights, onEdit } = props;
  const { t } = useTranslation();
  const { message, modal } = Antd.useApp();
  const navigate = useNavigate();
  const phone = usePhone();
  const client = useQueryClient();
  const [dialog, setDialog] = useState<string | null>(null);
  const run = useRun(app, entity, record);
  const restore = useRestore(app, entity.id);
  const known = Object.entries(entity.actions ?? {}).filter(([key]) => record.actions[key]);
  const open = known.filter(([key]) => record.actions[key]?.allowed);
  const primary = open.find(([, one]) => one.style === "primary");
  const start = (key: string, action: Action) => {
    const asks = Object.values(action.parameters ?? {}).some((one) => !one.hidden_in_form);
    if (asks || action.confirm) setDialog(key);
    else
      run.mutate(
        { action: key, body: {} },
        { onError: (error) => void message.error(error.message) },
      );
  };
  const remove = () =>
    modal.confirm({
      title: t("record.delete"),
      content: t("record.deleteConfirm"),
      okText: t("record.delete"),
      okButtonProps: { danger: true },
      cancelText: t("action.cancel"),
      onOk: async () => {
        try {
          await call("DELETE", `/${app}/${entity.id}/${record.id}`, {
            body: { version: record.version },
          });
          const key = `deleted-${record.id}`;
          void message.success({
            key,
            duration: 12,
            content: (
              <>
                {t("record.deleted")}
                <Button
                  type="link"
                  size="small"
                  onClick={() => {
                    message.destroy(key);
                    restore.mutate(record.id);
                  }}
                >
                  {t("bin.undo")}
                </Button>
              </>
            ),
          });
          // first away: what is deleted is not read again, and its page would say that it is missing
          await navigate({ to: "/$app/$entity", params: { app, entity: entity.id } });
          void client.invalidateQueries({ queryKey: [`${app}.${entity.id}`] });
        } catch (error) {
          void message.error((error as Error).message);
        }
      },
    });
  const initial = !entity.states || record[entity.states.field] === entity.states.initial;
  const items = [
    ...known
      .filter(([key]) => key !== primary?.[0])
      .map(([key, one]) => ({
        key,
        label: labelOf(one.label),
        danger: one.style === "danger",
        disabled: !record.actions[key]?.allowed,
        title: record.actions[key]?.reason ?? "",
        onClick: () => start(key, one),
      })),
    ...(rights.delete && initial && !entity.ledger && !entity.permanent
      ? [{ key: "#delete", label: t("record.delete"), danger: true, onClick: remove }]
      : []),
  ];
  const action = dialog ? entity.actions?.[dialog] : undefined;
  const main = primary ? (
    <Button type="primary" loading={run.isPending} onClick={() => start(...primary)}>
      {labelOf(primary[1].label)}
    </Button>
  ) : null;
  const editButton =
    rights.edit && !entity.ledger ? <Button onClick={onEdit}>{t("record.edit")}</Button> : null;
  const more = items.length ? (
    <Dropdown menu={{ items }} trigger={["click"]}>
      <Button icon={<EllipsisOutlined aria-hidden />} aria-label={t("record.more")} />
    </Dropdown>
  ) : null;
  return (
    <>
      {phone ? (
        more
      ) : (
        <>
          {editButton}
          {main}
          {more}
        </>
      )}
      {phone && (main || editButton) ? (
        <div className="bottom" style={{ position: "fixed", left: 0, right: 0 }}>
          {editButton}
          {main}
        </div>
      ) : null}
      {dialog && action ? (
        <ActionDialog {...props} name={dialog} action={action} onClose={() => setDialog(null)} />
      ) : null}
    </>
  );
}
