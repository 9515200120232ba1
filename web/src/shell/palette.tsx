/** The command palette: pages and records, by name, number or pinyin initials. */
import { useQueries, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Input, Modal } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { appQuery, listQuery } from "@/api/queries";
import { labelOf } from "@/lib/label";

interface Target {
  key: string;
  label: string;
  hint: string;
  go: () => void;
}

const SEARCHED = 5;

export function Palette({ app, onClose }: { app: string; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data } = useSuspenseQuery(appQuery(app));
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const entities = Object.values(data.app.entities)
    .filter((one) => one.title && !one.ledger)
    .slice(0, 8);
  const found = useQueries({
    queries: entities.map((one) => ({
      ...listQuery(app, one.id, { search: wanted, limit: SEARCHED }),
      enabled: wanted.length >= 2,
    })),
  });
  const pages: Target[] = Object.values(data.app.views ?? {})
    .filter((view) => labelOf(view.label).toLowerCase().includes(wanted))
    .slice(0, 8)
    .map((view) => ({
      key: view.id,
      label: labelOf(view.label),
      hint: t("nav.go"),
      go: () =>
        void navigate({
          to: "/$app/$entity",
          params: { app, entity: view.entity },
          search: { view: view.id } as never,
        }),
    }));
  const records: Target[] =
    wanted.length < 2
      ? []
      : entities.flatMap((entity, index) =>
          (found[index]?.data?.items ?? []).slice(0, SEARCHED).map((item) => ({
            key: item.id,
            label: String(item[entity.title ?? "id"] ?? t("record.untitled")),
            hint: labelOf(entity.label),
            go: () =>
              void navigate({
                to: "/$app/$entity/$id",
                params: { app, entity: entity.id, id: item.id },
              }),
          })),
        );
  const targets = [...pages, ...records].slice(0, 20);
  const choose = (target: Target | undefined) => {
    target?.go();
    if (target) onClose();
  };
  return (
    <Modal open footer={null} closable={false} onCancel={onClose} title={t("nav.searchAnything")}>
      <Input
        autoFocus
        aria-label={t("nav.searchAnything")}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(at + 1, targets.length - 1));
          else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
          else if (event.key === "Enter" && !event.nativeEvent.isComposing) choose(targets[at]);
        }}
      />
      <ul className="cards" style={{ maxHeight: 420, overflow: "auto", marginTop: 8 }}>
        {targets.map((target, index) => (
          <li key={target.key}>
            <button
              type="button"
              className="row cell"
              style={{
                width: "100%",
                border: 0,
                padding: "8px 12px",
                font: "inherit",
                color: "inherit",
                textAlign: "left",
                cursor: "pointer",
                background:
                  index === at ? "var(--ant-color-fill-tertiary, rgba(128,128,128,.15))" : "none",
              }}
              onClick={() => choose(target)}
            >
              <span>{target.label}</span>
              <span className="muted">{target.hint}</span>
            </button>
          </li>
        ))}
      </ul>
      {targets.length === 0 ? <p className="muted">{t("nav.nothingFound")}</p> : null}
    </Modal>
  );
}
