import { createOssTarget } from "@causeway/shared/adapters/oss/oss-target.ts";
import { createS3Source } from "@causeway/shared/adapters/s3/s3-source.ts";

import { type Store, sourceBucket, type System, targetBucket } from "../../test/system/system.ts";
import { median } from "./result.ts";

const probes = 21;
const { signal } = new AbortController();
const attributes = { headers: {}, userMetadata: {}, storageClass: "Standard", serverSideEncryption: undefined };

/** What an object takes where nothing else is under way: its GET, and then its PUT. */
export interface Alone {
  readonly readSeconds: number;
  readonly writeSeconds: number;
}

/** Copies one object again and again, on connections that are open. */
export async function timeAlone({ stores }: System): Promise<Alone> {
  const source = createS3Source({ ...storeOptions(stores.s3, sourceBucket), pathStyle: true, requesterPays: false });
  const target = createOssTarget({ ...storeOptions(stores.oss, targetBucket), signature: "v4" });
  const page = await source.listPage({ after: undefined, prefix: "from/", limit: 1 }, { signal });
  const [object] = page.objects;
  if (object === undefined) throw new Error("the source has no object to measure with");
  const reads: number[] = [];
  const writes: number[] = [];
  for (let probe = 0; probe < probes; probe += 1) {
    const startedAtMs = performance.now();
    const { whole } = await source.read({ ...object, range: undefined, expectedBytes: object.sizeBytes }, { signal });
    const payload = { bytes: whole ?? new Uint8Array() };
    const readAtMs = performance.now();
    await target.put({ key: "probe", payload, attributes, ifThere: "replace" }, { signal });
    reads.push((readAtMs - startedAtMs) / 1000);
    writes.push((performance.now() - readAtMs) / 1000);
  }
  await Promise.all([source.close(), target.close()]);
  return { readSeconds: median(reads), writeSeconds: median(writes) };
}

function storeOptions({ url: endpoint, region, accessKeyId, secretAccessKey }: Store, bucket: string) {
  return { endpoint, region, bucket, connections: 1, credentials: async () => ({ accessKeyId, secretAccessKey }) };
}
