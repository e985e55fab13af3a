import { cutSignature } from "../core/authorization.ts";
import type { Exchange } from "../core/exchange.ts";
import { remember } from "../core/remember.ts";
import { timestampMs } from "../core/timestamp.ts";
import { refuse, type S3Code } from "./refusal.ts";

/** What a request says about its own signature. */
export interface Claim {
  readonly place: "header" | "query";
  /** `<access key>/yyyymmdd/region/service/aws4_request`, and what it consists of; the scope is all but the access key. */
  readonly credential: string;
  readonly scope: string;
  readonly accessKeyId: string;
  /** `yyyymmdd` of the credential's scope. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `yyyymmddThhmmssZ` as signed. */
  readonly amzDate: string;
  readonly signedAtMs: number;
  readonly expiresSeconds: number;
  readonly payloadHash: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const WEEK_SECONDS = 604_800;

/** Reads the claim from the Authorization header or a presigned URL; refuses a request that has none, or a broken one. */
export function readClaim(exchange: Exchange): Claim {
  const authorization = exchange.headers["authorization"];
  if (authorization !== undefined) return fromHeader(exchange, authorization);
  if (exchange.query.has("X-Amz-Algorithm")) return fromQuery(exchange);
  throw refuse("AccessDenied");
}

function fromHeader(exchange: Exchange, authorization: string): Claim {
  if (!authorization.startsWith(ALGORITHM)) {
    const message = `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`;
    throw refuse("InvalidRequest", { message });
  }
  const fields = cutSignature(authorization.slice(ALGORITHM.length));
  const others = readFields(fields.others);
  const code = "AuthorizationHeaderMalformed";
  const payloadHash = exchange.headers["x-amz-content-sha256"];
  if (payloadHash === undefined) {
    throw refuse("InvalidRequest", { message: "Missing required header for this request: x-amz-content-sha256" });
  }
  const credential = credentialOf(others.get("Credential"), code);
  const signedHeaders = signedHeadersOf(others.get("SignedHeaders"), code);
  const signature = signatureOf(fields.signature, code);
  const amzDate = exchange.headers["x-amz-date"] ?? amzDateOf(exchange.headers["date"]);
  return {
    ...credential,
    place: "header",
    signedHeaders,
    signature,
    amzDate,
    signedAtMs: signedAtOf(amzDate),
    expiresSeconds: 0,
    payloadHash,
  };
}

const readFields = remember((text: string): ReadonlyMap<string, string> => {
  const fields = new Map<string, string>();
  for (const field of text.split(",")) {
    const equals = field.indexOf("=");
    if (equals > 0) fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim());
  }
  return fields;
});

function fromQuery(exchange: Exchange): Claim {
  const { query, headers } = exchange;
  const code = "AuthorizationQueryParametersError";
  if (query.get("X-Amz-Algorithm") !== ALGORITHM) {
    throw refuse(code, { message: `X-Amz-Algorithm only supports "${ALGORITHM}"` });
  }
  const expiresSeconds = Number(query.get("X-Amz-Expires") ?? Number.NaN);
  if (!(expiresSeconds >= 0 && expiresSeconds <= WEEK_SECONDS)) {
    throw refuse(code, {
      message: "X-Amz-Expires must be between 0 and a week (in seconds); it is missing or outside",
    });
  }
  const credential = credentialOf(query.get("X-Amz-Credential"), code);
  const signedHeaders = signedHeadersOf(query.get("X-Amz-SignedHeaders"), code);
  const signature = signatureOf(query.get("X-Amz-Signature"), code);
  const amzDate = query.get("X-Amz-Date") ?? "";
  return {
    ...credential,
    place: "query",
    signedHeaders,
    signature,
    amzDate,
    signedAtMs: signedAtOf(amzDate),
    expiresSeconds,
    payloadHash: query.get("X-Amz-Content-Sha256") ?? headers["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD",
  };
}

function credentialOf(credential: string | undefined, code: S3Code): Credential {
  const read = readCredential(credential ?? "");
  if (read !== "malformed") return read;
  throw refuse(code, {
    message: `the Credential is mal-formed; expecting "<access-key>/YYYYMMDD/REGION/SERVICE/aws4_request".`,
  });
}

type Credential = Pick<Claim, "credential" | "scope" | "accessKeyId" | "date" | "region" | "service">;

const readCredential = remember((credential: string): Credential | "malformed" => {
  const [accessKeyId, date, region, service, end, ...more] = credential.split("/");
  const whole = accessKeyId !== undefined && date !== undefined && region !== undefined && service !== undefined;
  if (!whole || end !== "aws4_request" || more.length > 0 || !/^\d{8}$/u.test(date)) return "malformed";
  return { credential, scope: credential.slice(accessKeyId.length + 1), accessKeyId, date, region, service };
});

function signedHeadersOf(list: string | undefined, code: S3Code): readonly string[] {
  if (list === undefined || list === "") throw refuse(code, { message: "SignedHeaders is missing." });
  return readNames(list);
}

const readNames = remember((list: string): readonly string[] => list.split(";"));

function signatureOf(signature: string | undefined, code: S3Code): string {
  if (signature === undefined || signature === "") throw refuse(code, { message: "Signature is missing." });
  return signature;
}

function signedAtOf(amzDate: string): number {
  const signedAtMs = timestampMs(amzDate);
  if (Number.isNaN(signedAtMs)) {
    throw refuse("AccessDenied", { message: "AWS authentication requires a valid Date or x-amz-date header" });
  }
  return signedAtMs;
}

/** An HTTP date in SigV4's spelling; "" for none. */
function amzDateOf(date: string | undefined): string {
  const time = Date.parse(date ?? "");
  if (Number.isNaN(time)) return "";
  return new Date(time).toISOString().replaceAll(/[-:]|\.\d{3}/gu, "");
}
