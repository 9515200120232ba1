/** A list without rows: why, and what comes next. */
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { View } from "@/api/types";
import { labelOf } from "@/lib/label";
import { EmptyState } from "@/ui/states";

interface Props {
  app: string;
  entity: string;
  label: string;
  view: View | undefined;
  views: View[];
  /** Whether the person narrowed the list, beyond what the view does. */
  filtered: boolean;
  onClear: () => void;
  onCreate: (() => void) | null;
}

export function NothingHere(props: Props) {
  const { t } = useTranslation();
  const { label, view, onCreate } = props;
  if (props.filtered)
    return (
      <EmptyState
        title={t("list.emptyFiltered", { label })}
        hint={t("list.emptyFilteredHint")}
        action={<Button onClick={props.onClear}>{t("list.clearFilters")}</Button>}
      />
    );
  const whole = props.views.find((one) => !one.filter);
  if (view?.filter && whole)
    return (
      <EmptyState
        title={t("list.emptyView", { view: labelOf(view.label) })}
        hint={t("list.emptyViewHint", { label })}
        action={
          <Link
            to="/$app/$entity"
            params={{ app: props.app, entity: props.entity }}
            search={{ view: whole.id } as never}
          >
            {t("list.seeWhole", { view: labelOf(whole.label) })}
          </Link>
        }
      />
    );
  return (
    <EmptyState
      title={t("list.empty", { label })}
      hint={onCreate ? t("list.emptyHint") : t("list.emptyReadHint", { label })}
      action={
        onCreate ? (
          <Button type="primary" onClick={onCreate}>
            {t("list.add", { label })}
          </Button>
        ) : null
      }
    />
  );
}
