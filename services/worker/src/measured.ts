import type { RunningCrc64 } from "@causeway/shared/ports/checksums.ts";
import type { Chunks } from "@causeway/shared/ports/object-source.ts";
import type { ProofHash } from "./proof-hash.ts";

/** Passes the chunks on while their checksums are taken. */
export async function* measured(
  chunks: Chunks,
  crc: RunningCrc64,
  hash: ProofHash | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) {
    crc.update(chunk);
    hash?.update(chunk);
    yield chunk;
  }
}
