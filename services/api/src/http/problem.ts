import type { FastifyReply } from "fastify";
import { z } from "zod";

/** Every refusal of the API: the code is stable, the title says what it is about. */
const problems = {
  JOB_INVALID: { status: 400, title: "The job cannot be taken as it is written." },
  BODY_NOT_JSON: { status: 400, title: "The body is not JSON." },
  BODY_INVALID: { status: 400, title: "The body does not say what this call needs." },
  QUERY_INVALID: { status: 400, title: "The query or the address is not what this call takes." },
  REQUEST_INVALID: { status: 400, title: "The request cannot be read." },
  KEY_MISSING: { status: 401, title: "This call needs an API key." },
  KEY_UNKNOWN: { status: 401, title: "No such API key." },
  ROLE_TOO_LOW: { status: 403, title: "This API key may not do that." },
  NOT_FOUND: { status: 404, title: "There is nothing at this address." },
  JOB_UNKNOWN: { status: 404, title: "There is no such job." },
  NAME_IN_USE: { status: 409, title: "A job of this name exists." },
  TARGET_SHARED: { status: 409, title: "Another active job writes to the same place." },
  IDEMPOTENCY_KEY_REUSED: { status: 409, title: "This Idempotency-Key made another job." },
  STATE_REFUSES: { status: 409, title: "The job's state does not allow that." },
  BODY_TOO_LARGE: { status: 413, title: "The body is too large." },
  MEDIA_TYPE: { status: 415, title: "The body must be application/json." },
  RATE_LIMITED: { status: 429, title: "Too many requests." },
  TOO_MANY_STREAMS: { status: 429, title: "Too many streams of events are open." },
  INTERNAL: { status: 500, title: "Causeway itself made a mistake." },
  SECRETS_UNREADABLE: { status: 500, title: "The job's credentials cannot be opened." },
  LEDGER_UNREACHABLE: { status: 503, title: "Redis does not answer." },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ProblemCode = keyof typeof problems;

/** One thing that is wrong, and where. */
export interface InputFault {
  /** Where in the body or query: `source.region`, `limits.timetable[0].from`; `$` is the whole. */
  readonly path: string;
  readonly message: string;
}

/** RFC 9457, with a code that programs can rely on. */
const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string(),
    faults: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem", description: "application/problem+json with a stable code" });

const problem = {
  description: "A refusal, with a stable code",
  content: { "application/problem+json": { schema: problemSchema } },
} as const;

/** What every route may answer beside its own. */
export const refusals = { "4xx": problem, "5xx": problem } as const;

/** Refuses a request: sets the status that belongs to the code and answers its problem document. */
export function refuse(reply: FastifyReply, code: ProblemCode, detail: string, faults?: readonly InputFault[]): void {
  const { status, title } = problems[code];
  const document = { type: `urn:causeway:problem:${code}`, title, status, code, detail };
  if (status === 503) void reply.header("retry-after", "2");
  if (status === 401) void reply.header("www-authenticate", "Bearer");
  void reply
    .code(status)
    .type("application/problem+json")
    .serializer((body: unknown) => JSON.stringify(body))
    .send(faults === undefined ? document : { ...document, faults });
}
