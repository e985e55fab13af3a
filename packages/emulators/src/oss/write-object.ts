import type { Draft, ObjectFacts } from "../core/bucket.ts";
import { refuse } from "./refusal.ts";
import { restoreName } from "./object-headers.ts";
import type { BucketCall, World } from "./call.ts";

/** What every object of this store starts from; a writer adds content and what it knows. */
export const PLAIN_FACTS = {
  checksums: {},
  parts: [],
  restoredUntilMs: undefined,
  symlinkTarget: undefined,
} as const satisfies Partial<ObjectFacts>;

/**
 * Makes the object, unless it is there already and `x-oss-forbid-overwrite: true` forbids to replace it: then the drafts
 * stay the caller's and FileAlreadyExists is thrown.
 */
export async function writeObject(
  call: BucketCall,
  world: World,
  drafts: readonly Draft[],
  facts: ObjectFacts,
): Promise<void> {
  const { key, store } = call;
  if (call.exchange.headers["x-oss-forbid-overwrite"] === "true") {
    await world.locks.run(restoreName(call.bucketName, key), async () => {
      await refuseOverwrite(call);
      await store.commit(key, drafts, facts);
    });
  } else {
    await store.commit(key, drafts, facts);
  }
  if (world.restoredAtMs.size > 0) world.restoredAtMs.delete(restoreName(call.bucketName, key));
}

/** Throws FileAlreadyExists where the call forbids to overwrite and there is an object. */
export async function refuseOverwrite(call: BucketCall): Promise<void> {
  if (call.exchange.headers["x-oss-forbid-overwrite"] !== "true") return;
  if ((await call.store.stat(call.key)) !== undefined) throw refuse("FileAlreadyExists");
}
