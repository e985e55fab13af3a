import { credentialsSchema, type JobCredentials } from "@causeway/shared/domain/job-spec.ts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import { refuse } from "../http/problem.ts";

const side = z.strictObject({ credentials: credentialsSchema });

/** New credentials for one side or both: `{ "source": { "credentials": … } }` or `{ "credentials": { "source": … } }`. */
export const newCredentialsFields = {
  source: side.optional(),
  target: side.optional(),
  credentials: z
    .strictObject({ source: credentialsSchema.optional(), target: credentialsSchema.optional() })
    .optional(),
};
const newCredentialsSchema = z.object(newCredentialsFields);

export type Resealed =
  | { readonly answer: "kept" }
  | { readonly answer: "resealed"; readonly sealed: string }
  /** What is sealed cannot be opened, so one side alone cannot be replaced. */
  | { readonly answer: "unreadable" };

/** Puts new credentials beside those that stay, sealed again. */
export async function resealed(
  ports: Pick<ApiPorts, "jobs" | "seal">,
  jobId: string,
  body: z.infer<typeof newCredentialsSchema>,
): Promise<Resealed> {
  const source = body.source?.credentials ?? body.credentials?.source;
  const target = body.target?.credentials ?? body.credentials?.target;
  if (source === undefined && target === undefined) return { answer: "kept" };
  if (source !== undefined && target !== undefined) {
    return { answer: "resealed", sealed: ports.seal.seal({ source, target }) };
  }
  const standing = opened(ports.seal, await ports.jobs.sealedCredentials(jobId));
  if (standing === undefined) return { answer: "unreadable" };
  const credentials = { source: source ?? standing.source, target: target ?? standing.target };
  return { answer: "resealed", sealed: ports.seal.seal(credentials) };
}

/** Answers a request that would have to open what cannot be opened. */
export function refuseUnreadable(reply: FastifyReply): void {
  const detail = "What is stored was sealed under another SECRET_KEY; give new credentials for source and target.";
  refuse(reply, "SECRETS_UNREADABLE", detail);
}

function opened(seal: ApiPorts["seal"], sealed: string | undefined): JobCredentials | undefined {
  if (sealed === undefined) return undefined;
  try {
    return seal.open(sealed);
  } catch {
    // Sealed under another SECRET_KEY, or altered: the port has no other reason to throw.
    return undefined;
  }
}
