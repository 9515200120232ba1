/** Addresses: a list, a new record, a record; the record's code is loaded when first opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
} from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { appQuery, sessionQuery } from "@/api/queries";
import { ListPage } from "@/features/list/list-page";
import { ErrorState, ListSkeleton } from "@/ui/states";
import { useSession } from "./session";
import { Shell } from "./shell";

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

function Frame() {
  return <Shell {...useSession()} />;
}

function NotFound() {
  const { t } = useTranslation();
  return <ErrorState error={new Error(t("common.notFound"))} />;
}

function Home() {
  const { data: session } = useQuery(sessionQuery);
  const app = session?.apps[0]?.id ?? "";
  const { data } = useQuery({ ...appQuery(app), enabled: Boolean(app) });
  if (!data) return <ListSkeleton />;
  const first = (data.app.menu ?? []).flatMap((one) => one.items ?? [one])[0];
  const view = first?.view ? data.app.views?.[first.view] : undefined;
  const entity = view?.entity ?? first?.entity ?? Object.keys(data.app.entities)[0] ?? "";
  return <Navigate to="/$app/$entity" params={{ app, entity }} replace />;
}

const home = createRoute({ getParentRoute: () => root, path: "/", component: Home });
const list = createRoute({
  getParentRoute: () => root,
  path: "/$app/$entity",
  component: ListPage,
});
const fresh = createRoute({
  getParentRoute: () => root,
  path: "/$app/$entity/new",
  component: lazyRouteComponent(() => import("@/features/record/record-page"), "NewRecordPage"),
});
const bring = createRoute({
  getParentRoute: () => root,
  path: "/$app/$entity/import",
  component: lazyRouteComponent(() => import("@/features/import/import-page"), "ImportPage"),
});
const action = createRoute({
  getParentRoute: () => root,
  path: "/$app/$entity/do/$action",
  component: lazyRouteComponent(() => import("@/features/record/action-page"), "ActionPage"),
});
const bin = createRoute({
  getParentRoute: () => root,
  path: "/$app/$entity/bin",
  component: lazyRouteComponent(() => import("@/features/bin/bin-page"), "BinPage"),
});
const record = createRoute({
  getParentRoute: () => root,
  path: "/$app/$entity/$id",
  component: lazyRouteComponent(() => import("@/features/record/record-page"), "RecordPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([home, list, fresh, bring, action, bin, record]),
  defaultPreload: "intent",
  defaultPendingComponent: ListSkeleton,
  defaultErrorComponent: ({ error }) => <ErrorState error={error as Error} />,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
