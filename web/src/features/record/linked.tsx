/** Documents that refer to this record, as counted links. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { listQuery } from "@/api/queries";
import type { App, Entity } from "@/api/types";
import { labelOf } from "@/lib/label";

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
        <Counted key={other.id} app={app} other={other} where={`${key} = "${record.id}"`} />
      ))}
    </nav>
  );
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
