import { gather } from "@causeway/emulators/core/body.ts";
import type { Emulator } from "@causeway/emulators/start.ts";

import { createOssTarget } from "../src/adapters/oss/oss-target.ts";
import { carriedHeaders } from "../src/domain/object.ts";
import { objectTargetContract, type SeenObject, type TargetSubject } from "../src/testing/object-target-contract.ts";
import { credentialsOf, openStores, targetBucket } from "./stores.ts";

/** Opens a target on an empty emulated bucket, and looks at what is behind it past every protocol. */
async function open(signature: "v4" | "v1"): Promise<TargetSubject> {
  const stores = await openStores();
  const { oss } = stores;
  return {
    target: createOssTarget({
      endpoint: oss.url,
      region: oss.region,
      bucket: targetBucket,
      connections: 16,
      credentials: credentialsOf(oss),
      signature,
    }),
    look: (key) => look(oss, key),
    close: () => stores.close(),
  };
}

async function look(oss: Emulator, key: string): Promise<SeenObject | undefined> {
  const store = oss.stores.get(targetBucket)?.store;
  const found = await store?.stat(key);
  if (store === undefined || found === undefined) return undefined;
  const content = await gather(store.read(key, 0, found.sizeBytes), found.sizeBytes);
  const headers = Object.fromEntries(carriedHeaders.map((name) => [name, found.headers[name]] as const));
  return {
    bytes: new Uint8Array(content),
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
    userMetadata: found.userMetadata,
    storageClass: found.storageClass,
  };
}

objectTargetContract("OSS, signed by hand (V4)", () => open("v4"));
objectTargetContract("OSS, signed by hand (V1)", () => open("v1"));
