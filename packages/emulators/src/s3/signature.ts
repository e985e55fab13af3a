import type { Exchange } from "../core/exchange.ts";
import { createSign, deriveKey, type Sign } from "../core/hmac.ts";
import { canonicalRequest, sha256Hex } from "./canonical.ts";
import { refuse } from "./refusal.ts";
import { readClaim, type Claim } from "./signature-claim.ts";

/** Who signed, and what the signatures of the body's chunks go on from. */
export interface Signed {
  readonly accessKeyId: string;
  readonly signature: string;
  readonly amzDate: string;
  readonly scope: string;
  readonly sign: Sign;
  /** `x-amz-content-sha256`: how the body is proven. */
  readonly payloadHash: string;
}

export interface Account {
  readonly credentials: ReadonlyMap<string, string>;
  readonly securityTokens?: ReadonlyMap<string, string> | undefined;
  readonly region: string;
  readonly now: () => number;
}

const MAX_SKEW_MS = 15 * 60 * 1000;

/** Checks a request's SigV4, in its header or in its URL. Refuses in S3's order: key, token, region, clock, signature. */
export function createVerifier(account: Account): (exchange: Exchange) => Signed {
  const signs = new Map<string, Sign>();
  return (exchange) => {
    const claim = readClaim(exchange);
    const secret = account.credentials.get(claim.accessKeyId);
    if (secret === undefined) throw refuse("InvalidAccessKeyId", { elements: { AWSAccessKeyId: claim.accessKeyId } });
    checkToken(exchange, account.securityTokens?.get(claim.accessKeyId));
    checkScope(claim, account.region);
    checkClock(claim, account.now());
    checkCoverage(exchange, claim);
    const sign = signOf(signs, claim, secret);
    checkSignature(exchange, claim, sign);
    const { accessKeyId, signature, amzDate, payloadHash, scope } = claim;
    return { accessKeyId, signature, amzDate, payloadHash, sign, scope };
  };
}

/** Keys change with the day only; deriving one costs four hashes. */
function signOf(signs: Map<string, Sign>, claim: Claim, secret: string): Sign {
  const known = signs.get(claim.credential);
  if (known !== undefined) return known;
  const { date, region, service } = claim;
  const sign = createSign(deriveKey(`AWS4${secret}`, [date, region, service, "aws4_request"]));
  if (signs.size > 1000) signs.clear();
  signs.set(claim.credential, sign);
  return sign;
}

function checkToken({ headers, query }: Exchange, due: string | undefined): void {
  const token = headers["x-amz-security-token"] ?? query.get("X-Amz-Security-Token");
  if (token !== due) throw refuse("InvalidToken");
}

function checkScope(claim: Claim, region: string): void {
  const code = claim.place === "header" ? "AuthorizationHeaderMalformed" : "AuthorizationQueryParametersError";
  const malformed = (message: string, named: Readonly<Record<string, string>> = {}) =>
    refuse(code, { message, elements: named, headers: { "x-amz-bucket-region": region } });
  if (claim.service !== "s3")
    throw malformed(`The credential scope names the service '${claim.service}'; it must be 's3'.`);
  if (!claim.amzDate.startsWith(claim.date)) throw malformed("The credential's date is not that of the request.");
  if (claim.region !== region) {
    throw malformed(
      `The authorization header is malformed; the region '${claim.region}' is wrong; expecting '${region}'`,
      { Region: region },
    );
  }
}

function checkClock(claim: Claim, nowMs: number): void {
  if (claim.place === "query") {
    if (nowMs > claim.signedAtMs + claim.expiresSeconds * 1000) {
      throw refuse("AccessDenied", {
        message: "Request has expired",
        elements: { "X-Amz-Expires": `${claim.expiresSeconds}` },
      });
    }
    if (claim.signedAtMs - nowMs > MAX_SKEW_MS) throw refuse("AccessDenied", { message: "Request is not valid yet" });
    return;
  }
  if (Math.abs(claim.signedAtMs - nowMs) > MAX_SKEW_MS) {
    throw refuse("RequestTimeTooSkewed", {
      elements: {
        RequestTime: claim.amzDate,
        ServerTime: new Date(nowMs).toISOString(),
        MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
      },
    });
  }
}

/** Host and every x-amz- header must be under the signature, or anybody on the way could change them. */
function checkCoverage({ headers }: Exchange, { signedHeaders }: Claim): void {
  let unsigned = "";
  for (const name in headers) {
    if ((name !== "host" && !name.startsWith("x-amz-")) || signedHeaders.includes(name)) continue;
    unsigned += unsigned === "" ? name : `, ${name}`;
  }
  if (unsigned === "") return;
  throw refuse("AccessDenied", {
    message: "There were headers present in the request which were not signed",
    elements: { HeadersNotSigned: unsigned },
  });
}

function checkSignature(exchange: Exchange, claim: Claim, sign: Sign): void {
  const canonical = canonicalRequest(exchange, claim.signedHeaders, claim.payloadHash);
  const stringToSign = `AWS4-HMAC-SHA256\n${claim.amzDate}\n${claim.scope}\n${sha256Hex(canonical)}`;
  if (sign(stringToSign) === claim.signature) return;
  throw refuse("SignatureDoesNotMatch", {
    elements: {
      AWSAccessKeyId: claim.accessKeyId,
      StringToSign: stringToSign,
      SignatureProvided: claim.signature,
      CanonicalRequest: canonical,
    },
  });
}
