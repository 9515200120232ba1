/** Choosing the file: by drop, by click, or an empty workbook to fill in first. */
import { DownloadOutlined, FileExcelOutlined } from "@ant-design/icons";
import { Alert, Button, Spin } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { address } from "@/api/client";
import { FileInput, useDrop } from "@/ui/files-in";

const TYPES = ".xlsx,.xls,.xlsb,.ods,.csv,.txt";

interface Props {
  app: string;
  entity: string;
  label: string;
  busy: boolean;
  error: Error | null;
  onFile: (file: File) => void;
}

export function FileStep({ app, entity, label, busy, error, onFile }: Props) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null) => {
    const first = files?.[0];
    if (first && !busy) onFile(first);
  };
  const { over, zone } = useDrop(take);
  return (
    <section className="section" aria-label={t("import.file")}>
      {error ? (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={error.message}
          style={{ marginBottom: 12 }}
        />
      ) : null}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dropping is one more way, the button is for all */}
      <div
        className={`drop ${over ? "is-over" : ""}`}
        role="group"
        aria-label={t("import.drop")}
        {...zone}
      >
        {busy ? <Spin /> : <FileExcelOutlined className="sign" aria-hidden="true" />}
        <div>{busy ? t("import.reading") : t("import.drop")}</div>
        <div className="ways">
          <Button type="primary" disabled={busy} onClick={() => input.current?.click()}>
            {t("import.choose")}
          </Button>
          <Button
            icon={<DownloadOutlined aria-hidden />}
            href={address(`/${app}/${entity}/import/template.xlsx`)}
            download
          >
            {t("import.template", { label })}
          </Button>
        </div>
        <p className="muted">{t("import.types")}</p>
        <FileInput ref={input} label={t("import.choose")} accept={TYPES} take={take} />
      </div>
    </section>
  );
}
