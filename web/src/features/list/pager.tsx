import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useListState } from "./use-list-state";

/** Keyset pages: on by cursor, back by the cursors that led here. */
export function Pager({ next }: { next: string | null }) {
  const { t } = useTranslation();
  const { search, set } = useListState();
  const trail = search.back ? search.back.split("~") : [];
  if (!next && !search.cursor) return null;
  const on = () =>
    set({ cursor: next ?? "", back: [...trail, search.cursor ?? ""].join("~") || "~" }, true);
  const back = () => set({ cursor: trail.at(-1) ?? "", back: trail.slice(0, -1).join("~") }, true);
  return (
    <nav className="pager" aria-label={t("list.next")}>
      <Button size="small" disabled={!search.cursor} onClick={back}>
        {t("list.previous")}
      </Button>
      <Button size="small" disabled={!next} onClick={on}>
        {t("list.next")}
      </Button>
    </nav>
  );
}
