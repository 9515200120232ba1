/** Takes a record out of the recycle bin, and says so. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App as Antd } from "antd";
import { useTranslation } from "react-i18next";
import { call } from "./client";

export function useRestore(app: string, entity: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = Antd.useApp();
  return useMutation({
    mutationFn: (id: string) => call("POST", `/${app}/${entity}/${id}/restore`, { body: {} }),
    onSuccess: () => {
      void message.success(t("bin.restored"));
      return client.invalidateQueries({ queryKey: [`${app}.${entity}`] });
    },
    onError: (error) => void message.error(error.message),
  });
}
