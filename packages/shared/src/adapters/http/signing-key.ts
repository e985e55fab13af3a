import { createHmac } from "node:crypto";

import { createHmacSha256 } from "./hmac.ts";

/** What a V4 key is made from besides secret and day: `AWS4`, region, `s3`, `aws4_request`, or OSS' own. */
export interface KeyScope {
  readonly secretPrefix: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
}

/** Gives the signing function of a secret and a day (`20260102`); it is kept as long as both stay. */
export function createSigningKeys(scope: KeyScope): (secret: string, day: string) => (text: string) => string {
  let known: { secret: string; day: string; sign: (text: string) => string } | undefined;
  return (secret, day) => {
    if (known === undefined || known.secret !== secret || known.day !== day) {
      const key = [day, scope.region, scope.service, scope.terminator].reduce(
        (key, part) => createHmac("sha256", key).update(part).digest(),
        Buffer.from(scope.secretPrefix + secret),
      );
      known = { secret, day, sign: createHmacSha256(key) };
    }
    return known.sign;
  };
}
