/** Files in and out of a list: the import wizard, and the list as a workbook. */
import { DownloadOutlined, ImportOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Entity } from "@/api/types";
import { labelOf } from "@/lib/label";

interface Props {
  app: string;
  entity: Entity;
  canImport: boolean;
  exportTo: string | null;
}

export function FileTools({ app, entity, canImport, exportTo }: Props) {
  const { t } = useTranslation();
  const title = t("import.title", { label: labelOf(entity.label) });
  return (
    <>
      {canImport ? (
        <Link
          to="/$app/$entity/import"
          params={{ app, entity: entity.id }}
          className="tool"
          aria-label={title}
          title={title}
        >
          <ImportOutlined aria-hidden />
        </Link>
      ) : null}
      {exportTo ? (
        <Button
          type="text"
          icon={<DownloadOutlined aria-hidden />}
          href={exportTo}
          download
          aria-label={t("list.export")}
          title={t("list.export")}
        />
      ) : null}
    </>
  );
}
