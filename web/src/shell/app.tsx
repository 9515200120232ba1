/** The whole: texts, theme, session, then the shell or the sign-in. */
import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { LoadingOutlined } from "@ant-design/icons";
import { App as Antd, ConfigProvider, theme } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import { useEffect, useState } from "react";
import { sessionQuery } from "@/api/queries";
import { ProblemError, whenSessionEnds } from "@/api/client";
import type { Session } from "@/api/types";
import { SetupPage, SignInAgain, SignInPage } from "@/features/sign-in/sign-in-page";
import i18n from "@/lib/i18n";
import { ErrorState, ListSkeleton } from "@/ui/states";
import { router } from "./router";
import { SessionContext } from "./session";

const client = new QueryClient({
  defaultOptions: {
    // a server on the same machine or network is there without the internet: ask, and say so if not
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      refetchOnReconnect: true,
      staleTime: 10_000,
      retry: (count, error) =>
        count < 2 && !(error instanceof ProblemError && error.problem.status >= 400),
      refetchOnWindowFocus: false,
    },
  },
});

/** A button that waits: its own icon comes and goes at once. The usual one leaves by a transition,
 * which never ends when the answer was there before the icon had grown, and a button named
 * "loading Save" stays behind. */
const BUTTON = { autoInsertSpace: false, loadingIcon: <LoadingOutlined aria-hidden /> };

export function App() {
  return (
    <QueryClientProvider client={client}>
      <Root />
    </QueryClientProvider>
  );
}

function Root() {
  const queries = useQueryClient();
  const { data: session, error, isPending } = useQuery(sessionQuery);
  const language = session?.language ?? (i18n.language === "en" ? "en" : "zh-CN");
  const dark = session?.theme === "dark";
  const [ended, setEnded] = useState(false);
  useEffect(() => whenSessionEnds(() => setEnded(true)), []);
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = i18n.t("brand");
  }, [language]);
  if (i18n.language !== language) void i18n.changeLanguage(language);
  const onSession = (next: Partial<Session>) => {
    queries.setQueryData(["session"], (before: Session | null | undefined) =>
      before ? { ...before, ...next } : before,
    );
    if (next.language) void i18n.changeLanguage(next.language);
  };
  return (
    <ConfigProvider
      locale={language === "en" ? en : zh}
      button={BUTTON}
      theme={{
        algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: {
          colorPrimary: dark ? "#2f6fe0" : "#1f5fd0",
          fontSize: 14,
          borderRadius: 6,
          ...(dark
            ? {
                colorLink: "#8ab4ff",
                colorPrimaryHover: "#2a63c9",
                colorTextPlaceholder: "#9aa0a6",
              }
            : {
                colorPrimaryHover: "#174ea6",
                colorLink: "#1f5fd0",
                colorError: "#cf1322",
                colorTextDescription: "#5f6368",
                colorTextPlaceholder: "#6b7077",
                colorTextTertiary: "#5f6368",
              }),
        },
        ...(dark ? { components: { Menu: { itemSelectedColor: "#8ab4ff" } } } : {}),
      }}
    >
      <Antd component={false}>
        {isPending ? <ListSkeleton /> : null}
        {error ? (
          <ErrorState error={error} onRetry={() => void queries.invalidateQueries()} />
        ) : null}
        {session === null && !error ? (
          window.location.pathname === "/setup" ? (
            <SetupPage />
          ) : (
            <SignInPage />
          )
        ) : null}
        {session ? (
          <SessionContext value={{ session, onSession }}>
            <RouterProvider router={router} key={session.person.id} />
            {ended ? (
              <SignInAgain
                person={session.person}
                onDone={() => {
                  setEnded(false);
                  void router.invalidate();
                }}
              />
            ) : null}
          </SessionContext>
        ) : null}
      </Antd>
    </ConfigProvider>
  );
}
