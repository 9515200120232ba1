/** Queries by key; everything that a hint can make stale starts with its entity. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call, ProblemError, setCsrf } from "./client";
import type {
  App,
  Availability,
  FormulaFunction,
  Page,
  Rec,
  Refs,
  Session,
  TimelineItem,
} from "./types";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async () => {
    try {
      const session = await call<Session>("GET", "/session");
      setCsrf(session.csrf);
      return session;
    } catch (error) {
      if (error instanceof ProblemError && error.problem.status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export const appQuery = (app: string) =>
  queryOptions({
    queryKey: ["app", app],
    queryFn: () => call<App>("GET", `/apps/${app}`),
    staleTime: 5 * 60_000,
  });

export interface ListParams {
  filter?: string | undefined;
  search?: string | undefined;
  sort?: string | undefined;
  cursor?: string | undefined;
  limit?: number;
  count?: "none" | "estimate" | "exact";
  fields?: string;
  deleted?: "true";
}

/** Values that are being recomputed may turn out the same: no hint tells of that. */
const SOON = 2000;
const isWaiting = (record: Rec) => Array.isArray(record["computing"]);

export const listQuery = (app: string, entity: string, params: ListParams) =>
  queryOptions({
    queryKey: [`${app}.${entity}`, "list", params],
    queryFn: ({ signal }) =>
      call<Page>("GET", `/${app}/${entity}`, { query: { ...params }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some(isWaiting) ? SOON : false),
  });

export type RecordAnswer = Rec & { refs: Refs; actions: Record<string, Availability> };

export const recordQuery = (app: string, entity: string, id: string) =>
  queryOptions({
    queryKey: [`${app}.${entity}`, "record", id],
    queryFn: () =>
      call<RecordAnswer>("GET", `/${app}/${entity}/${id}`, { query: { include: "refs,actions" } }),
    refetchInterval: ({ state }) => (state.data && isWaiting(state.data) ? SOON : false),
  });

export const historyQuery = (app: string, entity: string, id: string) =>
  queryOptions({
    queryKey: [`${app}.${entity}`, "history", id],
    queryFn: () =>
      call<{ items: TimelineItem[]; next: string | null; refs: Refs }>(
        "GET",
        `/${app}/${entity}/${id}/history`,
      ),
  });

export const lookUpQuery = (target: string, search: string, filter?: string) => {
  const [app, entity] = target.split(".");
  return queryOptions({
    queryKey: [target, "lookup", search, filter],
    queryFn: () => call<Page>("GET", `/${app}/${entity}`, { query: { search, filter, limit: 20 } }),
    placeholderData: keepPreviousData,
    staleTime: 20_000,
  });
};

export const functionsQuery = queryOptions({
  queryKey: ["functions"],
  queryFn: async () =>
    (await call<{ items: FormulaFunction[] }>("GET", "/formula/functions")).items,
  staleTime: Number.POSITIVE_INFINITY,
});

export const peopleQuery = (search: string) =>
  queryOptions({
    queryKey: ["people", search],
    queryFn: () =>
      call<{ items: { id: string; name: string }[] }>("GET", "/people", { query: { search } }),
    staleTime: 60_000,
  });

export const departmentsQuery = queryOptions({
  queryKey: ["departments"],
  queryFn: () => call<{ items: { id: string; name: string }[] }>("GET", "/departments"),
  staleTime: 60_000,
});
