/** The one way to the server: JSON in and out, problems as errors, the CSRF token on writes. */
import i18n from "@/lib/i18n";
import type { Problem } from "./types";

export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
}

let csrf: string | null = null;

export function setCsrf(token: string | null): void {
  csrf = token;
}

/** The header that writes carry. */
export function csrfHeader(): Record<string, string> {
  return csrf ? { "X-CSRF-Token": csrf } : {};
}

let onEnded: (() => void) | null = null;

/** Be told when the server no longer knows who asks. */
export function whenSessionEnds(then: () => void): () => void {
  onEnded = then;
  return () => {
    onEnded = null;
  };
}

type Query = Record<string, string | number | boolean | null | undefined>;

export function address(path: string, query?: Query): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== "") params.set(key, String(value));
  }
  const text = params.toString();
  return `/api/v1${path}${text ? `?${text}` : ""}`;
}

export function broken(status: number): Problem {
  const title = status ? i18n.t("common.noAnswer", { status }) : i18n.t("common.network");
  return { code: "network", title, detail: title, status, params: {}, errors: [] };
}

export async function call<T>(
  method: string,
  path: string,
  options: {
    body?: unknown;
    query?: Query | undefined;
    form?: FormData;
    signal?: AbortSignal;
  } = {},
): Promise<T> {
  const headers: Record<string, string> = {};
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  const asked = csrf;
  let answer: Response;
  try {
    answer = await fetch(address(path, options.query), {
      method,
      headers,
      body: options.form ?? (options.body === undefined ? null : JSON.stringify(options.body)),
      signal: options.signal ?? null,
    });
  } catch {
    throw new ProblemError(broken(0));
  }
  if (answer.status === 204 || answer.status === 202) {
    return (await answer.json().catch(() => null)) as T;
  }
  const body: unknown = await answer.json().catch(() => null);
  // an answer to what was asked before somebody signed in again says nothing of the new session
  if (answer.status === 401 && path !== "/session" && asked === csrf) onEnded?.();
  if (!answer.ok) throw new ProblemError((body as Problem | null) ?? broken(answer.status));
  return body as T;
}
