/** An action of an entity as a whole, such as receiving stock: its parameters as a form. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { appQuery } from "@/api/queries";
import type { Entity } from "@/api/types";
import { labelOf } from "@/lib/label";
import { useShortcuts } from "@/lib/shortcuts";
import { ErrorState } from "@/ui/states";
import { RecordForm } from "./form";
import { RecordHead } from "./head";

export function ActionPage() {
  const { t } = useTranslation();
  const {
    app,
    entity,
    action: key,
  } = useParams({ strict: false }) as {
    app: string;
    entity: string;
    action: string;
  };
  const navigate = useNavigate();
  const { data: definition } = useSuspenseQuery(appQuery(app));
  const model = definition.app.entities[entity];
  const action = model?.actions?.[key];
  const back = () => void navigate({ to: "/$app/$entity", params: { app, entity } });
  useShortcuts({ Escape: back });
  if (!model || !action || !definition.rights[entity]?.actions.includes(key))
    return <ErrorState error={new Error(t("common.notFound"))} />;
  const title = labelOf(action.label);
  const fields = action.parameters ?? {};
  const form: Entity = {
    ...model,
    fields,
    sections: [{ id: key, label: action.label, columns: 3, fields: Object.keys(fields) }],
  };
  return (
    <article aria-label={title}>
      <RecordHead title={`${labelOf(model.label)} · ${title}`} onBack={back} />
      <div className="pad">
        <RecordForm
          app={app}
          definition={definition}
          entity={form}
          record={null}
          action={{ key, title }}
          onDone={back}
        />
      </div>
    </article>
  );
}
