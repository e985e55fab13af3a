import type { ObjectFacts } from "../core/bucket.ts";
import { alone, emptyAnswer, type BucketCall, type BucketOperation } from "./call.ts";
import { checkWriteConditions } from "./conditions.ts";
import { declaredFacts } from "./object-headers.ts";
import { receive, type Received } from "./proof.ts";

/** What S3 computes for an object that came without a checksum (since December 2024). */
export const DEFAULT_ALGORITHM = "crc64nvme";

export const putObject: BucketOperation = async (call, world) => {
  const declared = declaredFacts(call.exchange);
  const received = await receive(call, DEFAULT_ALGORITHM);
  const { draft, algorithm, checksum } = received;
  const facts: ObjectFacts = { ...singlePutFacts(received, world.now()), ...declared };
  await alone(call, world, async () => {
    if (isConditional(call)) checkWriteConditions(call.exchange.headers, await call.store.stat(call.key));
    await call.store.commit(call.key, [draft], facts);
  });
  return emptyAnswer(call, 200, {
    etag: `"${draft.md5Hex}"`,
    [`x-amz-checksum-${algorithm}`]: checksum,
    "x-amz-checksum-type": "FULL_OBJECT",
    "x-amz-server-side-encryption": "AES256",
  });
};

/** Facts that follow from content put in one piece. */
export function singlePutFacts({ draft, algorithm, checksum }: Received, nowMs: number) {
  return {
    etag: draft.md5Hex,
    md5Hex: draft.md5Hex,
    crc64: draft.crc64,
    // S3 keeps whole seconds only.
    lastModifiedMs: Math.floor(nowMs / 1000) * 1000,
    checksums: { [algorithm]: checksum },
    parts: [],
    restoredUntilMs: undefined,
    objectType: "Normal" as const,
    symlinkTarget: undefined,
  };
}

function isConditional({ exchange }: BucketCall): boolean {
  return exchange.headers["if-none-match"] !== undefined || exchange.headers["if-match"] !== undefined;
}
