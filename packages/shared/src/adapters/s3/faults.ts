import { Fault, type FaultKind } from "../../domain/fault.ts";
import type { FaultCode } from "../../domain/fault-codes.ts";
import { type HttpAnswer, wholeBody } from "../http/http.ts";
import { fieldOf, type HeaderFields } from "../http1/header-fields.ts";
import { elementText } from "../xml/elements.ts";

interface Refusal {
  readonly status: number;
  readonly headers: HeaderFields;
  /** S3's error document; empty for a HEAD. */
  readonly text: string;
}

const throttled: readonly [FaultCode, FaultKind] = ["SOURCE_THROTTLED", "throttled"];

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
  SlowDown: throttled,
  ServiceUnavailable: throttled,
  // What MinIO says.
  SlowDownRead: throttled,
  SlowDownWrite: throttled,
  Throttling: throttled,
  TooManyRequests: throttled,
  RequestLimitExceeded: throttled,
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
  const region = elementText(text, "Region") ?? fieldOf(headers, "x-amz-bucket-region");
  const delay = retryAfter(headers);
  // Whoever answers 503 and says how long to wait asks for patience, whatever its words; S3 itself says so by its code.
  const [ours, kind] =
    byCode[code] ?? (status === 503 && delay.retryAfterMs !== undefined ? throttled : byStatus(status, region));
  return new Fault(ours, kind, {
    said: sentence(refusal, code, ours === "SOURCE_REGION_MISMATCH" ? region : undefined),
    ...delay,
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

/** A 503 without a code that we know may be a balancer without a store behind it: that is a failure, and counts as one. */
function byStatus(status: number, region: string | undefined): readonly [FaultCode, FaultKind] {
  if (status === 429) return throttled;
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
function retryAfter(headers: HeaderFields): { retryAfterMs?: number } {
  const seconds = Number(fieldOf(headers, "retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {};
}
