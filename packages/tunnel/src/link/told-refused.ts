import { Fault } from "@causeway/shared/domain/fault.ts";
import { refusedCommand } from "../relay/readable.ts";
import type { ViciClient } from "../vici/client.ts";
import type { ReadRefused } from "./guard-counters.ts";

const waitMs = 3000;

/**
 * Asks the relay how many packets the guard has refused: a worker without capabilities cannot see for itself. At the socket of
 * charon itself, which does not know the question, `ownEyes` look from then on.
 */
export function createToldRefused(client: ViciClient, ownEyes: ReadRefused): ReadRefused {
  let isRelay = true;
  return async () => {
    if (!isRelay) return ownEyes();
    try {
      const { packets } = await client.ask(refusedCommand, {}, { signal: AbortSignal.timeout(waitMs), waitMs });
      return typeof packets === "string" ? Number(packets) : undefined;
    } catch (error) {
      isRelay = !(error instanceof Fault && error.code === "CHARON_REFUSED");
      return isRelay ? undefined : ownEyes();
    }
  };
}
