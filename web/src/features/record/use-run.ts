/** Runs an action of a record, and says so. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App as Antd } from "antd";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import type { RecordAnswer } from "@/api/queries";
import type { Entity } from "@/api/types";
import { labelOf } from "@/lib/label";

export function useRun(app: string, entity: Entity, record: RecordAnswer) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = Antd.useApp();
  return useMutation({
    mutationFn: ({ action, body }: { action: string; body: Record<string, unknown> }) =>
      call<{ output?: Record<string, unknown> }>(
        "POST",
        `/${app}/${entity.id}/${record.id}/actions/${action}`,
        {
          body: { ...body, version: record.version },
        },
      ),
    // runs until the record is read again: the same button pressed meanwhile would act twice
    onSuccess: async (_, { action }) => {
      void message.success(
        t("record.actionDone", { action: labelOf(entity.actions?.[action]?.label) }),
      );
      await client.invalidateQueries();
    },
  });
}
