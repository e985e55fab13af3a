import { type Problem, problemShape } from "./answers.ts";
import type { Shape } from "./shape.ts";

export interface Call {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/v1`, such as `/jobs`; made with `path` where a part comes from outside. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** How long an answer may take; half a minute unless told. */
  readonly timeoutMs?: number;
}

export type Answer<T> =
  | { readonly answer: "ok"; readonly value: T }
  /** The API said no, in its own words. */
  | { readonly answer: "refused"; readonly status: number; readonly problem: Problem }
  /** It did not answer, or something between us and it did. */
  | { readonly answer: "away"; readonly sentence: string };

const answerTimeoutMs = 30_000;

/** Calls the API with a key and reads its answer. Never throws. */
export async function callApi<T>(key: string, shape: Shape<T>, call: Call): Promise<Answer<T>> {
  const answered = await sendCall(key, call, "application/json");
  if (!(answered instanceof Response)) return answered;
  const body = parsed(await answered.text().catch(() => ""));
  if (!answered.ok) return refusal(answered.status, body);
  const value = shape(body);
  if (value !== undefined) return { answer: "ok", value };
  return { answer: "away", sentence: "The API answered something that this page does not know; load the page again." };
}

/** Calls the API and answers its response as it is, or why there is none. Never throws. */
export async function sendCall(
  key: string,
  call: Call,
  accept: string,
): Promise<Response | Extract<Answer<never>, { readonly answer: "away" }>> {
  const timeout = AbortSignal.timeout(call.timeoutMs ?? answerTimeoutMs);
  try {
    return await fetch(`/v1${call.path}`, {
      method: call.method ?? "GET",
      headers: {
        accept,
        authorization: `Bearer ${key}`,
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        ...call.headers,
      },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]),
      cache: "no-store",
      credentials: "omit",
    });
  } catch {
    return { answer: "away", sentence: "The API does not answer. The page keeps trying." };
  }
}

/** Reads a refusal; one that is no problem document comes from a proxy on the way. */
export function refusal(status: number, body: unknown): Exclude<Answer<never>, { readonly answer: "ok" }> {
  const problem = problemShape(body);
  if (problem !== undefined) return { answer: "refused", status, problem };
  return { answer: "away", sentence: `Something on the way to the API answered ${status}.` };
}

/** Puts parts from outside into a path. */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.reduce((sum, part, index) => `${sum}${encodeURIComponent(values[index - 1] ?? "")}${part}`);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
