import { z } from "zod";
import { refusal, type Refusal } from "../refusal.ts";

/** The API as the commands call it. Every method throws only refusals. */
export interface ApiClient {
  /** Calls a path below `/v1` and answers its JSON, checked by `schema`. */
  json<Schema extends z.ZodType>(schema: Schema, call: ApiCall): Promise<z.infer<Schema>>;
  /** Calls a path below `/v1` and answers its body as text. */
  text(call: ApiCall & { readonly accept: string }): Promise<string>;
}

export interface ApiCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Such as `/jobs/local_test/stats`; made with `path` where a part comes from outside. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the usual wait for an answer. */
  readonly withinMs?: number;
}

const problemSchema = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  faults: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

const answerTimeoutMs = 30_000;

/** A client of the API at `url`. */
export function createApiClient(url: string, key: string | undefined): ApiClient {
  async function send(call: ApiCall, accept: string): Promise<string> {
    const timeout = AbortSignal.timeout(call.withinMs ?? answerTimeoutMs);
    const response = await fetch(`${url.replace(/\/+$/, "")}/v1${call.path}`, {
      method: call.method,
      headers: {
        accept,
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: call.signal === undefined ? timeout : AbortSignal.any([timeout, call.signal]),
    }).catch((error: unknown) => {
      call.signal?.throwIfAborted();
      throw refusal(
        `The API at ${url} does not answer (${reasonOf(error)}). Start it, or set CAUSEWAY_API to its address.`,
      );
    });
    const text = await response.text();
    if (!response.ok) throw refusalOf(response.status, text);
    return text;
  }

  return {
    async json(schema, call) {
      const text = await send(call, "application/json");
      const parsed = schema.safeParse(text === "" ? null : parsedJson(text));
      if (parsed.success) return parsed.data;
      throw refusal(`${url} answered something else than Causeway's API does; check CAUSEWAY_API.`);
    },
    text: (call) => send(call, call.accept),
  };
}

/** Puts parts from outside into a path. */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.reduce((sum, part, index) => `${sum}${encodeURIComponent(values[index - 1] ?? "")}${part}`);
}

function refusalOf(status: number, text: string): Refusal {
  const problem = problemSchema.safeParse(parsedJson(text));
  if (!problem.success) return refusal(`The API answered ${status}; check that CAUSEWAY_API is its address.`);
  const { code, title, detail, faults = [] } = problem.data;
  if (code === "KEY_MISSING")
    return refusal("The API wants a key: set CAUSEWAY_API_KEY to one of those in its API_KEYS.");
  if (faults.length === 0) return refusal(`${detail} (${code})`);
  return refusal([`${title} (${code})`, ...faults.map(({ path, message }) => `  ${path} ${message}`)]);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
