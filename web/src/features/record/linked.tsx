/** Documents that refer to this record, as counted links. */
import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { listQuery } from "@/api/queries";
import type { App, Entity, Rights } from "@/api/types";
import { labelOf } from "@/lib/label";
import { isOpen } from "./form-field";

interface Props {
  app: string;
  definition: App;
  entity: Entity;
  record: { id: string };
}

export function LinkedDocuments({ app, definition, entity, record }: Props) {
  const { t } = useTranslation();
  const full = `${app}.${entity.id}`;
  const links = Object.values(definition.app.entities).flatMap((other) =>
    Object.entries(other.fields)
      .filter(
        ([, field]) => field.kind === "reference" && [full, entity.id].includes(field.entity ?? ""),
      )
      .slice(0, 1)
      .map(([key]) => ({ other, key })),
  );
  if (links.length === 0) return null;
  return (
    <nav className="links" aria-label={t("record.linked")} style={{ marginBottom: 12 }}>
      {links.map(({ other, key }) => (
        <span key={other.id} className="linked">
          <Counted app={app} other={other} where={`${key} = "${record.id}"`} />
          {addable(other, key, definition.rights[other.id]) ? (
            <Another app={app} other={other} given={{ [key]: record.id }} />
          ) : null}
        </span>
      ))}
    </nav>
  );
}

/** Whether a person may make another one that refers to this record. */
export function addable(other: Entity, key: string, rights: Rights | undefined): boolean {
  const field = other.fields[key];
  return Boolean(
    rights?.create && !other.ledger && field && isOpen(field, key, rights.read_only ?? []),
  );
}

function Another({ app, other, given }: AnotherProps) {
  const { t } = useTranslation();
  const title = t("record.new", { label: labelOf(other.label) });
  return (
    <Link
      to="/$app/$entity/new"
      params={{ app, entity: other.id }}
      search={{ given } as never}
      aria-label={title}
      title={title}
    >
      <PlusOutlined aria-hidden />
    </Link>
  );
}

interface AnotherProps {
  app: string;
  other: Entity;
  given: Record<string, string>;
}

function Counted({ app, other, where }: { app: string; other: Entity; where: string }) {
  const { data } = useQuery(
    listQuery(app, other.id, { filter: where, limit: 1, count: "estimate", fields: "id" }),
  );
  return (
    <Link to="/$app/$entity" params={{ app, entity: other.id }} search={{ where } as never}>
      {labelOf(other.label)} <b>{data?.count ?? "…"}</b>
    </Link>
  );
}
