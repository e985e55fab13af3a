import { Fault } from "../../domain/fault.ts";
import type { Chunks } from "../../ports/object-source.ts";

/** What a request carries. The size is sent as Content-Length and kept to. */
export type RequestBody =
  | { readonly bytes: Uint8Array; readonly sizeBytes: number }
  | { readonly chunks: Chunks; readonly sizeBytes: number };

/** A body of chunks on its way out. */
export interface Outgoing {
  /** Ends with a fault where the chunks add up to another size than was announced: before the last of them goes out. */
  readonly chunks: Chunks;
  /** What the body threw, if it broke off: that is why the request failed then, whatever the socket says. */
  failure(): { readonly reason: unknown } | undefined;
}

export function outgoing(body: { readonly chunks: Chunks; readonly sizeBytes: number }): Outgoing {
  let failure: { readonly reason: unknown } | undefined;
  return {
    chunks: (async function* () {
      try {
        yield* counted(body.chunks, body.sizeBytes);
      } catch (reason) {
        failure = { reason };
        throw reason;
      }
    })(),
    failure: () => failure,
  };
}

/** For a socket that may still hold one chunk when it asks for the next. */
export async function* copied(chunks: Chunks): Chunks {
  for await (const chunk of chunks) yield Uint8Array.from(chunk);
}

async function* counted(chunks: Chunks, sizeBytes: number): Chunks {
  let cameBytes = 0;
  for await (const chunk of chunks) {
    cameBytes += chunk.length;
    if (cameBytes > sizeBytes) throw unequal(cameBytes, sizeBytes);
    yield chunk;
  }
  if (cameBytes !== sizeBytes) throw unequal(cameBytes, sizeBytes);
}

function unequal(cameBytes: number, sizeBytes: number): Fault {
  return new Fault("SOURCE_BODY_TRUNCATED", "transient", {
    said: `${cameBytes} bytes came where ${sizeBytes} were announced`,
  });
}
