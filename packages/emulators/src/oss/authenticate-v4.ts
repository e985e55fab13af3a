import { cutSignature } from "../core/authorization.ts";
import type { Exchange } from "../core/exchange.ts";
import type { Address } from "./address.ts";
import { utf8Of } from "../core/percent.ts";
import { remember } from "../core/remember.ts";
import { timestampMs } from "../core/timestamp.ts";
import { refuse } from "./refusal.ts";
import {
  canonicalRequestV4,
  readScope,
  signV4,
  stringToSignV4,
  V4_ALGORITHM,
  type ScopeV4,
  type SignedV4,
} from "./signature-v4.ts";
import { refuseSkew, type OssCredentials, type Requester, type Verifier } from "./verifier.ts";

/** A signed URL lives at most seven days (Alibaba, V4 signature in URL). */
const MAX_EXPIRES_SECONDS = 7 * 24 * 60 * 60;
const FIELD = /^(Credential|AdditionalHeaders)=(.*)$/u;

/** Verifies `Authorization: OSS4-HMAC-SHA256 Credential=…[,AdditionalHeaders=…],Signature=…`. */
export function verifyV4Header(exchange: Exchange, address: Address, verifier: Verifier): Requester {
  const { headers } = exchange;
  const fields = readFields((headers["authorization"] ?? "").slice(V4_ALGORITHM.length + 1));
  const scope = checkScope(fields.credential, verifier.region, "Authorization header");
  const payload = headers["x-oss-content-sha256"];
  if (payload !== "UNSIGNED-PAYLOAD") {
    throw refuse("InvalidArgument", {
      message: "x-oss-content-sha256 must be UNSIGNED-PAYLOAD.",
      elements: { ArgumentName: "x-oss-content-sha256", ArgumentValue: payload ?? "" },
    });
  }
  const credentials = verifier.credentialsOf(scope.accessKeyId, headers["x-oss-security-token"]);
  const timestamp = headers["x-oss-date"] ?? headers["date"] ?? "";
  const dateMs = timestampMs(timestamp);
  if (Number.isNaN(dateMs)) throw refuse("AccessDenied", { message: "OSS authentication requires a valid Date." });
  checkDay(scope, timestamp, "Authorization header");
  refuseSkew(dateMs, verifier.nowMs);
  const signed = { scope, timestamp, additionalHeaders: fields.additionalHeaders };
  return compare(credentials, fields.signature, stringsOf(exchange, address, signed));
}

/** Verifies the same signature where it stands in the query. */
export function verifyV4Url(exchange: Exchange, address: Address, verifier: Verifier): Requester {
  const { query } = exchange;
  if (query.get("x-oss-signature-version") !== V4_ALGORITHM) {
    throw refuse("InvalidArgument", { message: "x-oss-signature-version must be OSS4-HMAC-SHA256." });
  }
  const signature = query.get("x-oss-signature");
  const timestamp = query.get("x-oss-date") ?? "";
  const expires = query.get("x-oss-expires") ?? "";
  if (signature === undefined) throw refuse("InvalidArgument", { message: "x-oss-signature is missing." });
  const scope = checkScope(query.get("x-oss-credential") ?? "", verifier.region, "x-oss-credential");
  const expiresSeconds = /^\d{1,9}$/u.test(expires) ? Number(expires) : 0;
  if (expiresSeconds < 1 || expiresSeconds > MAX_EXPIRES_SECONDS) {
    throw refuse("InvalidArgument", { message: "x-oss-expires must be between 1 and 604800 seconds." });
  }
  const credentials = verifier.credentialsOf(scope.accessKeyId, query.get("x-oss-security-token"));
  const dateMs = timestampMs(timestamp);
  if (Number.isNaN(dateMs)) throw refuse("InvalidArgument", { message: "x-oss-date is invalid." });
  checkDay(scope, timestamp, "x-oss-credential");
  if (dateMs > verifier.nowMs) refuseSkew(dateMs, verifier.nowMs);
  if (dateMs + expiresSeconds * 1000 < verifier.nowMs) {
    throw refuse("AccessDenied", { message: "Request has expired.", elements: { Expires: expires } });
  }
  const listed = query.get("x-oss-additional-headers");
  const additionalHeaders = listed === undefined ? [] : readAdditional(listed);
  return compare(credentials, signature, stringsOf(exchange, address, { scope, timestamp, additionalHeaders }));
}

interface Strings {
  readonly scope: ScopeV4;
  readonly canonicalRequest: string;
  readonly stringToSign: string;
}

function stringsOf(exchange: Exchange, address: Address, signed: SignedV4): Strings {
  const canonicalRequest = canonicalRequestV4(exchange, address, signed);
  return { scope: signed.scope, canonicalRequest, stringToSign: stringToSignV4(signed, canonicalRequest) };
}

function compare(credentials: OssCredentials, signature: string, strings: Strings): Requester {
  const { accessKeyId, accessKeySecret } = credentials;
  if (signV4(accessKeySecret, strings.scope, strings.stringToSign) === signature) return { kind: "owner", accessKeyId };
  throw refuse("SignatureDoesNotMatch", {
    elements: {
      OSSAccessKeyId: accessKeyId,
      SignatureProvided: signature,
      StringToSign: strings.stringToSign,
      CanonicalRequest: utf8Of(strings.canonicalRequest) ?? strings.canonicalRequest,
    },
  });
}

interface AuthorizationFields extends SignerFields {
  readonly signature: string;
}

interface SignerFields {
  readonly credential: string;
  readonly additionalHeaders: readonly string[];
}

function readFields(text: string): AuthorizationFields {
  const { signature, others } = cutSignature(text);
  if (signature === undefined || signature === "") throw malformed();
  const { credential, additionalHeaders } = readSigner(others);
  return { credential, additionalHeaders, signature };
}

/** The documentation shows a blank after each comma, the SDKs send none. */
const readSigner = remember((text: string): SignerFields => {
  const fields = new Map<string, string>();
  for (const piece of text.split(",")) {
    const [, name, value] = FIELD.exec(piece.trim()) ?? [];
    if (name === undefined || value === undefined || fields.has(name)) throw malformed();
    fields.set(name, value);
  }
  const credential = fields.get("Credential");
  if (credential === undefined) throw malformed();
  const additional = fields.get("AdditionalHeaders");
  return { credential, additionalHeaders: additional === undefined ? [] : readAdditional(additional) };
});

function malformed(): Error {
  return refuse("InvalidArgument", { message: "The Authorization header is invalid.", ec: "0002-00000202" });
}

function readAdditional(list: string): readonly string[] {
  if (list === "") throw refuse("InvalidArgument", { message: "AdditionalHeaders is empty.", ec: "0002-00000209" });
  const names = list.toLowerCase().split(";");
  if (names.includes("")) {
    throw refuse("InvalidArgument", { message: "AdditionalHeaders has an empty element.", ec: "0002-00000210" });
  }
  return names.sort();
}

const scopeOf = remember(readScope);

function checkScope(credential: string, region: string, where: string): ScopeV4 {
  const scope = scopeOf(credential);
  const details = { ArgumentName: "Credential", ArgumentValue: credential };
  if (scope === undefined || scope.product !== "oss" || scope.terminator !== "aliyun_v4_request") {
    throw refuse("InvalidArgument", {
      message: `Invalid credential in ${where}.`,
      ec: "0002-00000213",
      elements: details,
    });
  }
  if (scope.region !== region) {
    throw refuse("InvalidArgument", {
      message: `Invalid signing region in ${where}.`,
      ec: "0002-00000226",
      elements: details,
    });
  }
  return scope;
}

function checkDay(scope: ScopeV4, timestamp: string, where: string): void {
  if (timestamp.startsWith(`${scope.date}T`)) return;
  throw refuse("InvalidArgument", { message: `Invalid signing date in ${where}.` });
}
