/** What each column means, how records are told apart, and which rules hold. */
import { Alert, Radio, Select, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { listed } from "@/lib/label";
import { findingsOf, settled } from "./checks";
import { PlainTable } from "./plain-table";
import type { Choice, Preview } from "./types";

interface Props {
  preview: Preview;
  choice: Choice;
  shipped: boolean;
  onChoice: (choice: Choice) => void;
  onShipped: (on: boolean) => void;
}

export function useBlocked(preview: Preview | null, choice: Choice, shipped: boolean): string[] {
  const { t } = useTranslation();
  if (!preview) return [];
  const problems = preview.problems.map((one) => one.message);
  if (shipped) return problems;
  const found = findingsOf(preview.fields, choice);
  const key = preview.fields.find((one) => one.name === choice.key)?.label;
  if (found.noKey) problems.push(key ? t("import.noKey", { field: key }) : t("import.noKeyAtAll"));
  if (found.linesOf.length)
    problems.push(t("import.severalLines", { lines: listed(found.linesOf) }));
  return problems;
}

export function ColumnsStep({ preview, choice, shipped, onChoice, onShipped }: Props) {
  const { t } = useTranslation();
  const blocked = useBlocked(preview, choice, shipped);
  const missing = shipped ? [] : findingsOf(preview.fields, choice).missing;
  return (
    <>
      {blocked.length ? (
        <Alert
          type="error"
          showIcon
          role="alert"
          style={{ marginBottom: 12 }}
          title={t("import.problems", { count: blocked.length })}
          description={
            <ul className="plain-list">
              {blocked.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          }
        />
      ) : null}
      {missing.length && !blocked.length ? (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 12 }}
          title={t("import.missing", { fields: listed(missing) })}
        />
      ) : null}
      {preview.shipped ? (
        <section className="section">
          <Switch
            checked={shipped}
            onChange={onShipped}
            aria-label={t("import.shipped")}
            style={{ marginRight: 8 }}
          />
          {t("import.shippedFills", { label: listed(preview.shipped.fills) })}
        </section>
      ) : null}
      {shipped ? null : <Meanings {...{ preview, choice, onChoice }} />}
      {shipped ? null : <Rules {...{ preview, choice, onChoice }} />}
      <Sample preview={preview} />
    </>
  );
}

type Part = Pick<Props, "preview" | "choice" | "onChoice">;

function Meanings({ preview, choice, onChoice }: Part) {
  const { t } = useTranslation();
  const used = new Set(Object.values(choice.columns));
  const open = preview.fields.filter((one) => !one.finished || choice.mode === "history");
  const set = (column: string, target: string | undefined) => {
    const { [column]: _, ...others } = choice.columns;
    const columns = target ? { ...others, [column]: target } : others;
    onChoice(settled(preview.fields, { ...choice, columns }));
  };
  return (
    <section className="section" aria-label={t("import.columns")}>
      <h2>{t("import.columns")}</h2>
      <p className="muted">
        {t(preview.suggested.source === "remembered" ? "import.remembered" : "import.byName")}
      </p>
      <ul className="meanings">
        {preview.columns.map((column, at) => (
          <li key={column} className={choice.columns[column] ? "" : "is-off"}>
            <div className="from">
              <strong>{column}</strong>
              <span className="muted">
                {preview.sample
                  .map((row) => row[at])
                  .filter(Boolean)
                  .slice(0, 3)
                  .join(" / ") || "—"}
              </span>
            </div>
            <span aria-hidden="true">→</span>
            <Select
              aria-label={t("import.meaningOf", { column })}
              allowClear
              showSearch={{ optionFilterProp: "label" }}
              placeholder={t("import.skip")}
              value={choice.columns[column] ?? null}
              onChange={(target: string | undefined) => set(column, target)}
              options={open.map((one) => ({
                value: one.name,
                label: `${one.label}${one.required ? " *" : ""}`,
                disabled: used.has(one.name) && choice.columns[column] !== one.name,
              }))}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Rules({ preview, choice, onChoice }: Part) {
  const { t } = useTranslation();
  const mapped = new Set(Object.values(choice.columns));
  const keys = preview.fields.filter((one) => one.key && mapped.has(one.name));
  return (
    <section className="section" aria-label={t("import.rules")}>
      <h2>{t("import.rules")}</h2>
      <div className="fields" style={{ "--columns": 2 } as React.CSSProperties}>
        <div>
          <label htmlFor="import-key">{t("import.key")}</label>
          <Select
            id="import-key"
            style={{ width: "100%" }}
            placeholder={t("common.pick")}
            value={mapped.has(choice.key) ? choice.key : null}
            onChange={(key: string) => onChoice({ ...choice, key })}
            options={keys.map((one) => ({ value: one.name, label: one.label }))}
          />
          <div className="muted">
            {t(
              keys.find((one) => one.name === choice.key)?.unique === false
                ? "import.keyShared"
                : "import.keyHint",
            )}
          </div>
        </div>
        <div>
          <label id="import-mode">{t("import.mode")}</label>
          <Radio.Group
            aria-labelledby="import-mode"
            value={choice.mode}
            onChange={(event) =>
              onChoice(settled(preview.fields, { ...choice, mode: event.target.value }))
            }
            options={[
              { value: "normal", label: t("import.modeNormal") },
              { value: "history", label: t("import.modeHistory") },
            ]}
          />
          <div className="muted">
            {t(choice.mode === "history" ? "import.historyHint" : "import.normalHint")}
          </div>
        </div>
      </div>
    </section>
  );
}

function Sample({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  if (preview.rows === 0) return null;
  return (
    <PlainTable title={t("import.sample", { count: preview.rows })} heads={preview.columns}>
      {preview.sample.map((row, at) => (
        // rows of a file have no name but their place
        // oxlint-disable-next-line react/no-array-index-key
        <tr key={at} className="is-still">
          {row.map((cell, column) => (
            <td key={preview.columns[column]}>{cell || "—"}</td>
          ))}
        </tr>
      ))}
    </PlainTable>
  );
}
