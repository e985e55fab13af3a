import { Fault, type FaultKind } from "../../domain/fault.ts";
import type { FaultCode } from "../../domain/fault-codes.ts";
import { type HttpAnswer, wholeBody } from "../http/http.ts";
import { fieldOf, type HeaderFields } from "../http1/header-fields.ts";
import { elementText } from "../xml/elements.ts";

type Meaning = readonly [FaultCode, FaultKind];

const throttled: Meaning = ["TARGET_THROTTLED", "throttled"];

const byCode: Readonly<Record<string, Meaning>> = {
  SignatureDoesNotMatch: ["TARGET_CREDENTIALS_INVALID", "permanent"],
  InvalidAccessKeyId: ["TARGET_CREDENTIALS_INVALID", "permanent"],
  InvalidSecurityToken: ["TARGET_CREDENTIALS_INVALID", "permanent"],
  SecurityTokenExpired: ["TARGET_CREDENTIALS_EXPIRED", "permanent"],
  AccessDenied: ["TARGET_ACCESS_DENIED", "permanent"],
  UserDisable: ["TARGET_ACCESS_DENIED", "permanent"],
  NoSuchBucket: ["TARGET_BUCKET_MISSING", "permanent"],
  InvalidBucketName: ["TARGET_BUCKET_MISSING", "permanent"],
  NoSuchUpload: ["TARGET_UPLOAD_LOST", "permanent"],
  InvalidDigest: ["TARGET_CHECKSUM_MISMATCH", "transient"],
  InvalidObjectName: ["KEY_INVALID", "permanent"],
  // The host signs with its own clock: others go on with the task.
  RequestTimeTooSkewed: ["CLOCK_SKEWED", "path"],
  SlowDown: throttled,
  ServiceUnavailable: throttled,
  ServerBusy: throttled,
  DownloadTrafficRateLimitExceeded: throttled,
  TooManyRequests: throttled,
  QpsLimitExceeded: throttled,
  UploadTrafficRateLimitExceeded: throttled,
  RequestTimeout: ["TARGET_FAILED", "transient"],
  OperationAborted: ["TARGET_FAILED", "transient"],
};

/** Refusals whose code says less than their message or their `EC`, the finer code that OSS sends along. */
const finer: readonly { readonly says: RegExp; readonly meaning: Meaning }[] = [
  { says: /must be addressed using the specified endpoint/i, meaning: ["TARGET_REGION_MISMATCH", "permanent"] },
  { says: /signing region/i, meaning: ["TARGET_REGION_MISMATCH", "permanent"] },
  { says: /^0011-0000000[45]$/, meaning: ["METADATA_REFUSED", "permanent"] },
];

/** OSS' own code of a refusal; "" where the answer names none. */
export function codeOfAnswer(answer: HttpAnswer): string {
  return elementText(documentOf(answer), "Code") ?? "";
}

/** The only place that knows what OSS' refusals mean. */
export function faultOfAnswer(answer: HttpAnswer): Fault {
  const { status, headers } = answer;
  const document = documentOf(answer);
  const code = elementText(document, "Code") ?? "";
  const message = elementText(document, "Message") ?? (code === "" ? document.slice(0, 200).trim() : "");
  const ec = fieldOf(headers, "x-oss-ec") ?? elementText(document, "EC") ?? "";
  const delay = retryAfter(headers);
  const [ours, kind] =
    finer.find(({ says }) => says.test(message) || says.test(ec))?.meaning ??
    byCode[code] ??
    // Whoever answers 503 and says how long to wait asks for patience, whatever its words; OSS itself says so by its code.
    (status === 503 && delay.retryAfterMs !== undefined ? throttled : byStatus(status));
  const endpoint = ours === "TARGET_REGION_MISMATCH" ? elementText(document, "Endpoint") : undefined;
  const words = [code, message, ec === "" ? "" : `EC ${ec}`].filter((part) => part !== "").join(": ");
  const said = (words === "" ? `status ${status}` : words) + (endpoint === undefined ? "" : ` (${endpoint})`);
  return new Fault(ours, kind, { said, ...delay });
}

/** A 503 without a code that we know may be a balancer without a store behind it: that is a failure, and counts as one. */
function byStatus(status: number): Meaning {
  if (status === 429) return throttled;
  if (status >= 500 || status === 408) return ["TARGET_FAILED", "transient"];
  if (status === 401 || status === 403) return ["TARGET_ACCESS_DENIED", "permanent"];
  return ["TARGET_REFUSED", "permanent"];
}

/** The error document: the body, or a header where the answer to a HEAD has none. */
function documentOf(answer: HttpAnswer): string {
  const body = wholeBody(answer);
  if (body.length > 0) return body.toString();
  return Buffer.from(fieldOf(answer.headers, "x-oss-err") ?? "", "base64").toString();
}

/** OSS says in milliseconds how long it wants a throttled client to wait; others say Retry-After, in seconds. */
function retryAfter(headers: HeaderFields): { retryAfterMs?: number } {
  const delay = fieldOf(headers, "x-oss-qos-delay-time");
  const seconds = fieldOf(headers, "retry-after");
  const ms = delay === undefined ? Number(seconds ?? Number.NaN) * 1000 : Number(delay);
  return Number.isFinite(ms) && ms >= 0 ? { retryAfterMs: ms } : {};
}
