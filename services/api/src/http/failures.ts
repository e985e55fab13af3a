import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { type InputFault, type ProblemCode, refuse } from "./problem.ts";
import { isInputError } from "./validate.ts";

/** What Fastify itself refuses, in our words. Its messages are not passed on: a parser's message may quote the body, secrets and all. */
const fastifyProblems: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ["BODY_TOO_LARGE", "A body may have at most 1 MiB."],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ["MEDIA_TYPE", "Send the body with Content-Type: application/json."],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    "BODY_NOT_JSON",
    "The body cannot be parsed as JSON; check quotes, commas and brackets.",
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ["REQUEST_INVALID", "Content-Length does not match the body."],
};

/** Answers whatever was thrown on a request's way. `isLedgerReachable` tells an outage from a mistake of ours. */
export function createFailureHandler(isLedgerReachable: (failure: unknown) => Promise<boolean>) {
  return async (error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (isInputError(error)) {
      const inBody = error.validationContext === "body";
      return refuse(reply, inBody ? "BODY_INVALID" : "QUERY_INVALID", sentences(error.faults), error.faults);
    }
    const known = fastifyProblems[error.code];
    if (known !== undefined) return refuse(reply, known[0], known[1]);
    if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
      return refuse(reply, "REQUEST_INVALID", "The request cannot be read; check its address, headers and body.");
    }
    if (!(await isLedgerReachable(error))) return refuseUnreachable(reply);
    request.log.error({ err: error, code: "INTERNAL" }, "a request failed");
    return refuse(reply, "INTERNAL", `Report it with the log lines of request ${request.id}.`);
  };
}

/** The answer while Redis is away. */
export function refuseUnreachable(reply: FastifyReply): void {
  return refuse(reply, "LEDGER_UNREACHABLE", "The service keeps trying; call again. Check REDIS_URL if this persists.");
}

/** All faults in one line, for readers that show only `detail`. */
export function sentences(faults: readonly InputFault[]): string {
  return faults.map(({ path, message }) => `${path} ${message}`).join("; ");
}
