import type { Exchange } from "../core/exchange.ts";
import type { Address } from "./address.ts";
import { verifyV4Header, verifyV4Url } from "./authenticate-v4.ts";
import { utf8Of } from "../core/percent.ts";
import { refuse } from "./refusal.ts";
import { signV1, stringToSignV1 } from "./signature-v1.ts";
import { V4_ALGORITHM } from "./signature-v4.ts";
import { refuseSkew, type OssCredentials, type Requester, type Verifier } from "./verifier.ts";

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/u;
const ANONYMOUS: Requester = { kind: "anonymous" };

/** Verifies whichever signature the request carries, and refuses where it is wrong. */
export function authenticate(exchange: Exchange, address: Address, verifier: Verifier): Requester {
  const authorization = exchange.headers["authorization"];
  if (authorization !== undefined) {
    if (authorization.startsWith("OSS ")) return verifyV1Header(exchange, address, verifier);
    if (authorization.startsWith(`${V4_ALGORITHM} `)) return verifyV4Header(exchange, address, verifier);
    throw refuse("InvalidArgument", {
      message: "Unsupported Authorization Type",
      ec: "0002-00000002",
      elements: { ArgumentName: "Authorization", ArgumentValue: authorization },
    });
  }
  const { query } = exchange;
  if (query.size === 0) return ANONYMOUS;
  if (query.has("x-oss-signature-version") || query.has("x-oss-signature")) {
    return verifyV4Url(exchange, address, verifier);
  }
  return query.has("OSSAccessKeyId") || query.has("Signature") ? verifyV1Url(exchange, address, verifier) : ANONYMOUS;
}

function verifyV1Header(exchange: Exchange, address: Address, verifier: Verifier): Requester {
  const { headers } = exchange;
  const match = /^OSS ([^:\s]+):(\S+)$/u.exec(headers["authorization"] ?? "");
  const [, accessKeyId, signature] = match ?? [];
  if (accessKeyId === undefined || signature === undefined) {
    throw refuse("InvalidArgument", { message: "Authorization header is invalid." });
  }
  const credentials = verifier.credentialsOf(accessKeyId, headers["x-oss-security-token"]);
  const date = headers["x-oss-date"] ?? headers["date"] ?? "";
  const dateMs = HTTP_DATE.test(date) ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(dateMs)) throw refuse("AccessDenied", { message: "OSS authentication requires a valid Date." });
  refuseSkew(dateMs, verifier.nowMs);
  return compareV1(credentials, signature, stringToSignV1(exchange, address, date));
}

function verifyV1Url(exchange: Exchange, address: Address, verifier: Verifier): Requester {
  const { query } = exchange;
  const accessKeyId = query.get("OSSAccessKeyId");
  const signature = query.get("Signature");
  const expires = query.get("Expires");
  if (accessKeyId === undefined || signature === undefined || expires === undefined || !/^\d{1,12}$/u.test(expires)) {
    throw refuse("AccessDenied", {
      message: "Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters",
    });
  }
  const credentials = verifier.credentialsOf(accessKeyId, query.get("security-token"));
  if (Number(expires) * 1000 < verifier.nowMs) {
    throw refuse("AccessDenied", { message: "Request has expired.", elements: { Expires: expires } });
  }
  return compareV1(credentials, signature, stringToSignV1(exchange, address, expires));
}

function compareV1(credentials: OssCredentials, signature: string, stringToSign: string): Requester {
  const { accessKeyId, accessKeySecret } = credentials;
  if (signV1(accessKeySecret, stringToSign) === signature) return { kind: "owner", accessKeyId };
  throw refuse("SignatureDoesNotMatch", {
    elements: {
      OSSAccessKeyId: accessKeyId,
      SignatureProvided: signature,
      StringToSign: utf8Of(stringToSign) ?? stringToSign,
    },
  });
}
