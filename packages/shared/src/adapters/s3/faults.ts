import { Fault, type FaultKind } from "../../domain/fault.ts";
import type { FaultCode } from "../../domain/fault-codes.ts";
import { type AnswerHeaders, type HttpAnswer, headerOf, wholeBody } from "../http/http.ts";
import { elementText } from "../xml/elements.ts";

interface Refusal {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** S3's error document; empty for a HEAD. */
  readonly text: string;
}

const byCode: Readonly<Record<string, readonly [FaultCode, FaultKind]>> = {
  SignatureDoesNotMatch: ["SOURCE_CREDENTIALS_INVALID", "permanent"],
  InvalidAccessKeyId: ["SOURCE_CREDENTIALS_INVALID", "permanent"],
  InvalidSecurity: ["SOURCE_CREDENTIALS_INVALID", "permanent"],
  InvalidToken: ["SOURCE_CREDENTIALS_INVALID", "permanent"],
  ExpiredToken: ["SOURCE_CREDENTIALS_EXPIRED", "permanent"],
  TokenRefreshRequired: ["SOURCE_CREDENTIALS_EXPIRED", "permanent"],
  AccessDenied: ["SOURCE_ACCESS_DENIED", "permanent"],
  AllAccessDisabled: ["SOURCE_ACCESS_DENIED", "permanent"],
  AccountProblem: ["SOURCE_ACCESS_DENIED", "permanent"],
  NoSuchBucket: ["SOURCE_BUCKET_MISSING", "permanent"],
  InvalidBucketName: ["SOURCE_BUCKET_MISSING", "permanent"],
  NoSuchKey: ["SOURCE_OBJECT_MISSING", "permanent"],
  PermanentRedirect: ["SOURCE_REGION_MISMATCH", "permanent"],
  IllegalLocationConstraintException: ["SOURCE_REGION_MISMATCH", "permanent"],
  InvalidObjectState: ["SOURCE_ARCHIVED", "permanent"],
  PreconditionFailed: ["SOURCE_CHANGING", "transient"],
  // The host signs with its own clock: others go on with the task.
  RequestTimeTooSkewed: ["CLOCK_SKEWED", "path"],
  SlowDown: ["SOURCE_THROTTLED", "throttled"],
  Throttling: ["SOURCE_THROTTLED", "throttled"],
  TooManyRequests: ["SOURCE_THROTTLED", "throttled"],
  RequestLimitExceeded: ["SOURCE_THROTTLED", "throttled"],
  RequestTimeout: ["SOURCE_FAILED", "transient"],
  OperationAborted: ["SOURCE_FAILED", "transient"],
};

/** The only place that knows what S3's refusals mean. */
export function faultOfAnswer(answer: HttpAnswer): Fault {
  const { status, headers } = answer;
  return faultOfRefusal({ status, headers, text: wholeBody(answer).toString() });
}

function faultOfRefusal(refusal: Refusal): Fault {
  const { status, headers, text } = refusal;
  const code = elementText(text, "Code") ?? "";
  const region = elementText(text, "Region") ?? headerOf(headers, "x-amz-bucket-region");
  const [ours, kind] = meaningOf(code, status, region);
  return new Fault(ours, kind, {
    said: sentence(refusal, code, ours === "SOURCE_REGION_MISMATCH" ? region : undefined),
    ...retryAfter(headers),
  });
}

/** What S3's error code, or where it is unknown the status, means to us. */
export function meaningOf(
  code: string,
  status: number,
  region: string | undefined,
): readonly [code: FaultCode, kind: FaultKind] {
  return byCode[code] ?? byStatus(status, region);
}

function byStatus(status: number, region: string | undefined): readonly [FaultCode, FaultKind] {
  if (status === 503 || status === 429) return ["SOURCE_THROTTLED", "throttled"];
  if (status >= 500 || status === 408) return ["SOURCE_FAILED", "transient"];
  if (status === 412) return ["SOURCE_CHANGING", "transient"];
  // AuthorizationHeaderMalformed names the region that it expects where that is what is wrong.
  if (status >= 300 && status < 401 && region !== undefined) return ["SOURCE_REGION_MISMATCH", "permanent"];
  if (status === 401 || status === 403) return ["SOURCE_ACCESS_DENIED", "permanent"];
  return ["SOURCE_REFUSED", "permanent"];
}

function sentence({ status, text }: Refusal, code: string, region: string | undefined): string {
  const message = elementText(text, "Message") ?? (code === "" ? text.slice(0, 200).trim() : "");
  const said = [code, message].filter((part) => part !== "").join(": ");
  const whole = said === "" ? `status ${status}` : said;
  return region === undefined ? whole : `${whole} (the bucket is in ${region})`;
}

/** S3 sends Retry-After in seconds, if at all. */
function retryAfter(headers: AnswerHeaders): { retryAfterMs?: number } {
  const seconds = Number(headerOf(headers, "retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {};
}
