import { refuse } from "./refusal.ts";

/** Who asks: the owner of a known key, or nobody in particular. */
export type Requester = { readonly kind: "owner"; readonly accessKeyId: string } | { readonly kind: "anonymous" };

/** A key pair that the emulated account knows. */
export interface OssCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** What a verification needs to know. */
export interface Verifier {
  /** The region that a V4 signature must name. */
  readonly region: string;
  readonly nowMs: number;
  /** Refuses with InvalidAccessKeyId, or over a missing or wrong security token. */
  credentialsOf(accessKeyId: string, token: string | undefined): OssCredentials;
}

/** A request's clock may differ by this much (Alibaba, RequestTimeTooSkewed). */
const MAX_SKEW_MS = 15 * 60 * 1000;

/** Refuses a request whose clock is more than 15 minutes off. */
export function refuseSkew(dateMs: number, nowMs: number): void {
  if (Math.abs(nowMs - dateMs) <= MAX_SKEW_MS) return;
  throw refuse("RequestTimeTooSkewed", {
    elements: {
      MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
      RequestTime: new Date(dateMs).toISOString(),
      ServerTime: new Date(nowMs).toISOString(),
    },
  });
}
