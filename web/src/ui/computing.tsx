/** The mark of a value that is still being recomputed. */
import { Tag } from "antd";
import { useTranslation } from "react-i18next";

export function Computing({ item, name }: { item: Record<string, unknown>; name: string }) {
  const { t } = useTranslation();
  const waiting = item["computing"];
  if (!Array.isArray(waiting) || !waiting.includes(name)) return null;
  return (
    <Tag color="processing" title={t("common.computingHint")} style={{ marginInlineStart: 6 }}>
      {t("common.computing")}
    </Tag>
  );
}
