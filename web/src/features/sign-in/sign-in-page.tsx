/** Signing in, and making the owner with the one-time link. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Input, Modal } from "antd";
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
  return (
    <main className="center">
      <Card style={{ width: "min(360px, 100%)" }}>
        <h1 style={{ fontSize: 20, marginTop: 0 }}>{t("signIn.title")}</h1>
        <SignInForm enter={enter} />
      </Card>
    </main>
  );
}

/** Signing in again over the page as it stands, so that nothing typed is lost. */
export function SignInAgain({ person, onDone }: { person: Session["person"]; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const enter = useMutation({
    mutationFn: (body: Record<string, string>) => call<Session>("POST", "/session", { body }),
    onSuccess: (session) => {
      setCsrf(session.csrf);
      if (session.person.id !== person.id) return window.location.assign("/");
      client.setQueryData(["session"], session);
      onDone();
      return client.invalidateQueries({ predicate: (one) => one.queryKey[0] !== "session" });
    },
  });
  return (
    <Modal open title={t("signIn.ended")} footer={null} closable={false} width={360}>
      <p className="muted">{t("signIn.endedHint")}</p>
      <SignInForm enter={enter} known={person.login} />
    </Modal>
  );
}

type Enter = Pick<ReturnType<typeof useEnter>, "mutate" | "error" | "isPending">;

function SignInForm({ enter, known = "" }: { enter: Enter; known?: string }) {
  const { t } = useTranslation();
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState("");
  return (
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
        autoFocus={!known}
        autoComplete="username"
        value={login}
        onChange={(e) => setLogin(e.target.value)}
      />
      <label htmlFor="password">{t("signIn.password")}</label>
      <Input.Password
        id="password"
        size="large"
        autoFocus={Boolean(known)}
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
