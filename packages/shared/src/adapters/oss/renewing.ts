import type { OssCredentials } from "./signature.ts";

export interface Temporary {
  readonly credentials: OssCredentials;
  readonly expiresMs: number;
}

/** Renewed so long before they expire: a request signed now may be answered minutes later. */
const EARLY_MS = 5 * 60_000;
/** After a failed renewal the old ones go on as long as they are good; it is tried again after so long. */
const AGAIN_MS = 30_000;

/** Keeps temporary credentials and renews them in time; many callers at once ask once. */
export function createRenewing(
  renew: () => Promise<Temporary>,
  now: () => number = Date.now,
): () => Promise<OssCredentials> {
  let held: Temporary | undefined;
  let renewing: Promise<Temporary> | undefined;
  let notBeforeMs = 0;
  const ask = async (): Promise<OssCredentials> => {
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
    try {
      held = await renewing;
    } catch (error) {
      if (held === undefined || held.expiresMs <= now()) throw error;
      notBeforeMs = now() + AGAIN_MS;
    }
    return held.credentials;
  };
  return async () => {
    const isFresh = held !== undefined && now() < held.expiresMs - EARLY_MS;
    const isBearable = held !== undefined && now() < held.expiresMs && now() < notBeforeMs;
    return held !== undefined && (isFresh || isBearable) ? held.credentials : ask();
  };
}
