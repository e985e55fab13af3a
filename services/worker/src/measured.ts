import type { Fault } from "@causeway/shared/domain/fault.ts";
import type { RunningCrc } from "@causeway/shared/ports/checksums.ts";
import type { ObjectSource, ReadRequest, SourceBody } from "@causeway/shared/ports/object-source.ts";

/** What a body is measured by on its way. */
export interface Measures {
  readonly crc: RunningCrc;
  /** The source's own checksum, where it is computed here. */
  readonly proof?: { update(bytes: Uint8Array): void } | undefined;
  /** Asked when all bytes have come and the last of them have not gone out. */
  readonly verdict?: (() => Fault | undefined) | undefined;
}

/**
 * Passes a body's chunks on while its checksums are taken. Throws the verdict in place of the last chunk: a target that
 * gets fewer bytes than were announced stores nothing.
 */
export async function* measured(
  { chunks, sizeBytes }: SourceBody,
  { crc, proof, verdict }: Measures,
): AsyncGenerator<Uint8Array, void, undefined> {
  let cameBytes = 0;
  for await (const chunk of chunks) {
    crc.update(chunk);
    proof?.update(chunk);
    cameBytes += chunk.length;
    if (cameBytes === sizeBytes) {
      const fault = verdict?.();
      if (fault !== undefined) throw fault;
    }
    yield chunk;
  }
}

/** Opens a body for as long as it is used; where it was not read to its end, its connection is given up. */
export async function withBody<T>(
  source: ObjectSource,
  request: ReadRequest,
  signal: AbortSignal,
  use: (body: SourceBody) => Promise<T>,
): Promise<T> {
  const left = new AbortController();
  try {
    return await use(await source.read(request, { signal: AbortSignal.any([signal, left.signal]) }));
  } finally {
    left.abort(new Error("the body is left"));
  }
}
