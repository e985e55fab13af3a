import { setTimeout as sleep } from "node:timers/promises";
import { Fault, faultOf } from "../../domain/fault.ts";
import type { BlobBucket, BlobStore } from "../../ports/blob-store.ts";
import type { Signalled } from "../../ports/object-source.ts";

export interface BucketPlace {
  /** How people know the place: `oss://bucket/prefix`. */
  readonly place: string;
  /** In front of every name: empty, or ending in `/`. */
  readonly prefix: string;
}

const pageKeys = 1000;
const removalsAtOnce = 16;
const mostTries = 5;
const firstWaitMs = 200;

/** Blobs as objects of a bucket. What may pass is tried again for a few seconds. */
export function createBucketBlobStore(bucket: BlobBucket, { place, prefix }: BucketPlace): BlobStore {
  const ask = <T>(act: () => Promise<T>, { signal }: Signalled): Promise<T> => insist(place, act, signal);

  async function* keysBelow(folder: string, options: Signalled): AsyncGenerator<readonly string[]> {
    let after: string | undefined;
    for (;;) {
      const request = { after, prefix: `${prefix}${folder}/`, limit: pageKeys };
      const page = await ask(() => bucket.listPage(request, options), options);
      yield page.objects.map(({ key }) => key);
      if (!page.more || page.last === undefined) return;
      after = page.last;
    }
  }

  return {
    write: (name, bytes, options) => ask(() => bucket.put(`${prefix}${name}`, bytes, options), options),
    read: (name, options) => ask(() => bucket.get(`${prefix}${name}`, options), options),
    async *list(folder, options) {
      for await (const keys of keysBelow(folder, options)) {
        for (const key of keys) {
          const name = key.slice(prefix.length);
          if (!name.slice(folder.length + 1).includes("/")) yield name;
        }
      }
    },
    async removeFolder(folder, options) {
      for await (const keys of keysBelow(folder, options)) {
        for (let at = 0; at < keys.length; at += removalsAtOnce) {
          const some = keys.slice(at, at + removalsAtOnce);
          await Promise.all(some.map((key) => ask(() => bucket.remove(key, options), options)));
        }
      }
    },
    close: () => bucket.close(),
  };
}

/** Throws JOURNAL_FAILED with what the store said; or the signal's reason. */
async function insist<T>(place: string, act: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    try {
      return await act();
    } catch (thrown) {
      signal.throwIfAborted();
      const fault = faultOf(thrown);
      const mayPass = fault.kind === "transient" || fault.kind === "throttled";
      if (!mayPass || tries === mostTries) throw journalFault(place, fault);
      await sleep(fault.retryAfterMs ?? firstWaitMs * 2 ** tries * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}

/** Only people can mend a bucket that refuses, and no object of a job is to blame: so the kind is `path`. */
function journalFault(place: string, fault: Fault): Fault {
  return new Fault("JOURNAL_FAILED", "path", { cause: fault, said: `${place}: ${fault.said ?? fault.message}` });
}
