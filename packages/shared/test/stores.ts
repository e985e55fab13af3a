import { startEmulators, type Emulator, type Emulators } from "@causeway/emulators/start.ts";

/** Emulated stores for one test file, with an empty bucket on each side. */
export async function openStores(): Promise<Emulators> {
  return startEmulators({
    s3: { buckets: { [sourceBucket]: { kind: "plain" } } },
    oss: { buckets: { [targetBucket]: { kind: "plain" } } },
  });
}

export const sourceBucket = "exam-source";
export const targetBucket = "exam-target";

/** Credentials as the adapters ask for them. */
export function credentialsOf({ accessKeyId, secretAccessKey }: Emulator) {
  return async () => ({ accessKeyId, secretAccessKey });
}
