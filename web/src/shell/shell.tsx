/** The frame of every screen: bar, menu, page. */
import {
  BulbOutlined,
  GlobalOutlined,
  LogoutOutlined,
  MenuOutlined,
  SearchOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate, useParams } from "@tanstack/react-router";
import { Button, Drawer, Dropdown, Menu, theme } from "antd";
import { Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { startLive } from "@/api/live";
import { appQuery } from "@/api/queries";
import type { MenuItem, Session } from "@/api/types";
import { labelOf } from "@/lib/label";
import { useShortcuts } from "@/lib/shortcuts";
import { viewOf } from "@/lib/trail";
import { iconOf } from "@/ui/icon";
import { ListSkeleton } from "@/ui/states";
import { usePhone } from "@/ui/use-phone";
import { Palette } from "./palette";

export function Shell({
  session,
  onSession,
}: {
  session: Session;
  onSession: (next: Partial<Session>) => void;
}) {
  const { t } = useTranslation();
  const { token } = theme.useToken();
  const phone = usePhone();
  const client = useQueryClient();
  const [menu, setMenu] = useState(false);
  const [palette, setPalette] = useState(false);
  const params = useParams({ strict: false }) as { app?: string };
  const app = params.app ?? session.apps[0]?.id ?? "orders";
  const { csrf } = session;
  // a new session needs a new stream: the old one was refused for good
  useEffect(() => (csrf ? startLive(client) : undefined), [client, csrf]);
  useShortcuts({ "mod+k": () => setPalette(true) });
  const colours = {
    "--line": token.colorBorderSecondary,
    "--chosen": token.colorPrimaryBg,
    "--soft": token.colorFillQuaternary,
    "--quiet": token.colorTextSecondary,
    "--paper": token.colorBgContainer,
    "--accent": token.colorPrimary,
    "--bad": token.colorErrorText,
    "--good": token["green-8"],
    "--bad-soft": token.colorErrorBg,
    background: token.colorBgLayout,
    color: token.colorText,
  } as React.CSSProperties;
  const nav = <AppMenu app={app} onGo={() => setMenu(false)} />;
  return (
    <div className="shell" style={colours}>
      <header className="bar" style={{ background: token.colorBgContainer }}>
        {phone ? (
          <Button
            type="text"
            icon={<MenuOutlined aria-hidden />}
            aria-label={t("nav.menu")}
            onClick={() => setMenu(true)}
          />
        ) : null}
        <Link to="/" className="brand" {...(phone ? { "aria-label": t("common.home") } : {})}>
          <img src="/icon.svg" alt="" />
          {phone ? null : t("brand")}
        </Link>
        <div className="grow">
          <Button
            className="finder"
            icon={<SearchOutlined aria-hidden />}
            onClick={() => setPalette(true)}
            {...(phone ? { "aria-label": t("nav.searchAnything") } : {})}
          >
            {phone ? t("nav.search") : `${t("nav.searchAnything")}  ⌘K`}
          </Button>
        </div>
        <Account session={session} onSession={onSession} />
      </header>
      <div className="body">
        {phone ? (
          <Drawer
            open={menu}
            onClose={() => setMenu(false)}
            placement="left"
            size={260}
            title={t("nav.menu")}
          >
            {nav}
          </Drawer>
        ) : (
          <nav
            className="side"
            aria-label={t("nav.main")}
            style={{ background: token.colorBgContainer }}
          >
            {nav}
          </nav>
        )}
        <main className="main" id="main" tabIndex={-1}>
          <Suspense fallback={<ListSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      {palette ? <Palette app={app} onClose={() => setPalette(false)} /> : null}
    </div>
  );
}

function AppMenu({ app, onGo }: { app: string; onGo: () => void }) {
  const { data } = useSuspenseQuery(appQuery(app));
  const navigate = useNavigate();
  const location = useLocation();
  const search = location.search as { view?: string };
  const views = data.app.views ?? {};
  const item = (
    one: MenuItem,
    index: number,
  ): NonNullable<React.ComponentProps<typeof Menu>["items"]>[number] => {
    if (one.items)
      return {
        key: `group-${index}`,
        type: "group",
        label: labelOf(one.label),
        children: one.items.map(item),
      };
    const view = one.view ? views[one.view] : undefined;
    const entity = view?.entity ?? one.entity ?? "";
    return {
      key: view ? `${entity}:${view.id}` : entity,
      icon: iconOf(one.icon),
      label: labelOf(one.label ?? view?.label ?? data.app.entities[entity]?.label),
    };
  };
  const entries = data.app.menu ?? [];
  const [, , entity = "", id = ""] = location.pathname.split("/");
  const first = Object.values(views).find((one) => one.entity === entity)?.id;
  return (
    <Menu
      mode="inline"
      style={{ border: 0 }}
      selectedKeys={[`${entity}:${search.view ?? viewOf(`${app}.${entity}`, id) ?? first ?? ""}`]}
      items={entries.flatMap((one, at) =>
        // what follows a group is no part of it
        entries[at - 1]?.items && !one.items
          ? [{ type: "divider" as const, key: `after-${at}` }, item(one, at)]
          : [item(one, at)],
      )}
      onClick={({ key }) => {
        const [name = "", view] = key.split(":");
        onGo();
        void navigate({
          to: "/$app/$entity",
          params: { app, entity: name },
          search: (view ? { view } : {}) as never,
        });
      }}
    />
  );
}

function Account({
  session,
  onSession,
}: {
  session: Session;
  onSession: (next: Partial<Session>) => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const other = session.language === "en" ? "zh-CN" : "en";
  const save = (next: Partial<Session>) => {
    onSession(next);
    void call("PATCH", "/session", { body: next });
  };
  const items = [
    {
      key: "language",
      icon: <GlobalOutlined aria-hidden />,
      label: other === "en" ? "English" : "简体中文",
      onClick: () => save({ language: other }),
    },
    {
      key: "theme",
      icon: <BulbOutlined aria-hidden />,
      label: t(session.theme === "dark" ? "nav.light" : "nav.dark"),
      onClick: () => save({ theme: session.theme === "dark" ? "light" : "dark" }),
    },
    {
      key: "out",
      icon: <LogoutOutlined aria-hidden />,
      label: t("nav.signOut"),
      onClick: () => {
        void call("DELETE", "/session").then(() => {
          client.clear();
          window.location.assign("/");
        });
      },
    },
  ];
  return (
    <Dropdown menu={{ items }} trigger={["click"]}>
      <Button
        type="text"
        icon={<UserOutlined aria-hidden />}
        aria-label={`${t("nav.account")} ${session.person.name}`}
      >
        {session.person.name}
      </Button>
    </Dropdown>
  );
}
