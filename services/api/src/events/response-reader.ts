import type { ServerResponse } from "node:http";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Reader } from "./channel.ts";
import { retryHint } from "./frame.ts";

/** A reader that takes nothing for so long is gone, whatever its connection says. */
const patienceMs = 15_000;
/** What waits for one reader at most; the frames themselves are shared by all readers. */
const mostWaitingBytes = 2_097_152;
/** A stream that the service ends is asked for again after this time. */
const comeBackMs = 1000;

/** Writes a stream into a response whose head is sent. Who does not read is cut off, so that nothing heaps up for it. */
export function createResponseReader(response: ServerResponse, clock: Clock): Reader {
  let stuckSinceMs: number | undefined;
  const isOpen = (): boolean => !response.destroyed && !response.writableEnded;
  response.on("drain", () => (stuckSinceMs = undefined));
  return {
    isOpen,
    send(frame) {
      if (!isOpen()) return;
      const waitedMs = stuckSinceMs === undefined ? 0 : clock.monotonicMs() - stuckSinceMs;
      if (waitedMs > patienceMs || response.writableLength > mostWaitingBytes) {
        response.destroy();
        return;
      }
      if (!response.write(frame)) stuckSinceMs ??= clock.monotonicMs();
    },
    end() {
      if (isOpen()) response.end(retryHint(comeBackMs));
    },
  };
}
