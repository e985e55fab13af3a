import { Fault } from "@causeway/shared/domain/fault.ts";
import type { Batch } from "./batch.ts";
import type { Copied } from "./copy-step.ts";

export type Verdict = "match" | { readonly mismatch: Fault };

/** Compares what was sent with what OSS computed over what it stored; nothing is read again. */
export function verdictOf(copied: Copied): Verdict {
  const { crc64, stored } = copied;
  if (stored.crc64 === crc64) return "match";
  const said = `sent CRC-64 ${crc64}, stored ${stored.crc64 ?? "without a CRC-64"}`;
  return { mismatch: new Fault("TARGET_CHECKSUM_MISMATCH", "transient", { said }) };
}

export interface BadCopy {
  readonly targetKey: string;
  /** The CRC that OSS answered for it. */
  readonly crc64: bigint | undefined;
}

/**
 * Removes a bad copy that no attempt could overwrite: only while the task is open, and only if the target still shows that
 * very CRC. Otherwise somebody else has written there since.
 */
export async function removeBadCopy(bad: BadCopy, batch: Batch): Promise<void> {
  const { target } = batch.work();
  const held = await target.head(bad.targetKey, batch);
  if (held?.crc64 === undefined || held.crc64 !== bad.crc64) return;
  if (await batch.isOpen()) await target.remove(bad.targetKey, batch);
}

/** Sizes are part of a version: an equal ETag with another size is a body that was cut or padded on its way. */
export function unlikeListed(listedBytes: number, cameBytes: number): Fault {
  const said = `it was listed with ${listedBytes} bytes, and ${cameBytes} came under the same ETag`;
  return new Fault("SOURCE_BODY_TRUNCATED", "transient", { said });
}
