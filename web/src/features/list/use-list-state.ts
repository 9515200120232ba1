/** The list's state lives in the address: search, filter, sort, page. */
import { useNavigate, useSearch } from "@tanstack/react-router";

export interface ListSearch {
  view?: string;
  q?: string;
  f?: string;
  where?: string;
  /** What a filter that came with a link is called. */
  said?: string;
  sort?: string;
  cursor?: string;
  back?: string;
}

export function useListState() {
  const search = useSearch({ strict: false }) as ListSearch;
  const navigate = useNavigate();
  const set = (next: ListSearch, keepPage = false) =>
    void navigate({
      to: ".",
      search: ((before: ListSearch) => {
        const page = keepPage ? {} : { cursor: undefined, back: undefined };
        const merged = { ...before, ...page, ...next };
        return Object.fromEntries(Object.entries(merged).filter(([, one]) => one));
      }) as never,
    });
  return { search, set };
}
