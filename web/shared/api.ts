import { signal } from "@preact/signals";
import { tAny, t } from "./text.ts";

/** problem+json of RFC 9457 with a stable code; `network` when no answer came. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: Record<string, unknown>;

  constructor(status: number, code: string, body: Record<string, unknown> = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

export type Upgrade = { minimum: string; link: string };
/** Set once the server says that this client is too old (S4). */
export const upgrade = signal<Upgrade | null>(null);
/** Counts answers 401 to calls that need a session. */
export const signedOut = signal(0);

const timeoutMs = 20_000;
const uploadTimeoutMs = 90_000;

type Call = { method?: string; body?: unknown; raw?: Blob; headers?: Record<string, string>; patienceMs?: number };

function requestOf(call: Call): RequestInit {
  const headers: Record<string, string> = { "X-CVX-Client": __CLIENT_VERSION__, ...call.headers };
  let body: BodyInit | null = null;
  if (call.raw) {
    headers["Content-Type"] = call.raw.type || "application/octet-stream";
    body = call.raw;
  } else if (call.body !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(call.body);
  }
  const signal = AbortSignal.timeout(call.patienceMs ?? (call.raw ? uploadTimeoutMs : timeoutMs));
  return { method: call.method ?? "GET", headers, body, credentials: "same-origin", signal };
}

async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const code = typeof body.code === "string" ? body.code : `http_${response.status}`;
  return new Problem(response.status, code, body);
}

function notice(problem: Problem): void {
  if (problem.status === 426) {
    upgrade.value = { minimum: String(problem.body.minimum ?? ""), link: String(problem.body.link ?? "") };
  }
  if (problem.status === 401) signedOut.value += 1;
}

/** One call of the HTTP API. Throws Problem. */
export async function api<T>(path: string, call: Call = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api${path}`, requestOf(call));
  } catch {
    throw new Problem(0, "network");
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    notice(problem);
    throw problem;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export const get = <T>(path: string): Promise<T> => api<T>(path);
export const post = <T>(path: string, body: unknown = {}): Promise<T> => api<T>(path, { method: "POST", body });
export const remove = <T>(path: string, body?: unknown): Promise<T> =>
  api<T>(path, body === undefined ? { method: "DELETE" } : { method: "DELETE", body });

/** What a failure says to a person. */
export function explain(error: unknown): string {
  if (!(error instanceof Problem)) return t("problem.unexpected");
  const params = Object.fromEntries(Object.entries(error.body).map(([key, value]) => [key, String(value)]));
  const fallback = typeof error.body.detail === "string" ? error.body.detail : t("problem.unexpected");
  return tAny([`problem.${error.code}`], fallback, params);
}
