/** Signing in, and making the owner with the one-time link. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, setCsrf } from "@/api/client";
import type { Session } from "@/api/types";

function useEnter(path: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Record<string, string>) => call<Session>("POST", path, { body }),
    onSuccess: (session) => {
      setCsrf(session.csrf);
      client.removeQueries({ predicate: (one) => one.queryKey[0] !== "session" });
      client.setQueryData(["session"], session);
    },
  });
}

export function SignInPage() {
  const { t } = useTranslation();
  const enter = useEnter("/session");
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  return (
    <main className="center">
      <Card style={{ width: "min(360px, 100%)" }}>
        <h1 style={{ fontSize: 20, marginTop: 0 }}>{t("signIn.title")}</h1>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            enter.mutate({ login, password });
          }}
          style={{ display: "grid", gap: 12 }}
        >
          <label htmlFor="login">{t("signIn.login")}</label>
          <Input
            id="login"
            size="large"
            autoFocus
            autoComplete="username"
            value={login}
            onChange={(e) => setLogin(e.target.value)}
          />
          <label htmlFor="password">{t("signIn.password")}</label>
          <Input.Password
            id="password"
            size="large"
            autoComplete="current-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
          {enter.error ? (
            <Alert type="error" showIcon role="alert" message={enter.error.message} />
          ) : null}
          <Button type="primary" size="large" htmlType="submit" loading={enter.isPending}>
            {t("signIn.submit")}
          </Button>
        </form>
      </Card>
    </main>
  );
}

export function SetupPage() {
  const { t } = useTranslation();
  const enter = useEnter("/setup");
  const token = new URLSearchParams(window.location.search).get("token") ?? "";
  const [values, setValues] = useState({ login: "", name: "", password: "" });
  const set = (key: keyof typeof values) => (event: React.ChangeEvent<HTMLInputElement>) =>
    setValues({ ...values, [key]: event.target.value });
  return (
    <main className="center">
      <Card style={{ width: "min(380px, 100%)" }}>
        <h1 style={{ fontSize: 20, marginTop: 0 }}>{t("setup.title")}</h1>
        <form
          style={{ display: "grid", gap: 10 }}
          onSubmit={(event) => {
            event.preventDefault();
            enter.mutate({ token, ...values }, { onSuccess: () => window.location.assign("/") });
          }}
        >
          <label htmlFor="login">{t("signIn.login")}</label>
          <Input id="login" autoComplete="username" value={values.login} onChange={set("login")} />
          <label htmlFor="name">{t("setup.name")}</label>
          <Input id="name" autoComplete="name" value={values.name} onChange={set("name")} />
          <label htmlFor="password">{t("signIn.password")}</label>
          <Input.Password
            id="password"
            autoComplete="new-password"
            value={values.password}
            onChange={set("password")}
          />
          {token ? null : <Alert type="warning" showIcon message={t("setup.bad")} />}
          {enter.error ? (
            <Alert type="error" showIcon role="alert" message={enter.error.message} />
          ) : null}
          <Button type="primary" htmlType="submit" loading={enter.isPending} disabled={!token}>
            {t("setup.submit")}
          </Button>
        </form>
      </Card>
    </main>
  );
}
