import { z } from "zod";
import { Fault } from "@causeway/shared/domain/fault.ts";
import { refusedCommand } from "../relay/readable.ts";
import type { ViciClient } from "../vici/client.ts";
import type { ReadRefused } from "./guard-counters.ts";

const waitMs = 3000;

const toldSchema = z.union([z.object({ packets: z.string().regex(/^\d+$/) }), z.object({ why: z.string() })]);

/**
 * Asks the relay how many packets the guard has refused: a worker without capabilities cannot see for itself. While nobody
 * answers, `ownEyes` look; at the socket of charon itself, which does not know the question, nobody else from then on.
 */
export function createToldRefused(client: ViciClient, ownEyes: ReadRefused): ReadRefused {
  let isRelay = true;
  return async () => {
    if (!isRelay) return ownEyes();
    try {
      const told = await client.ask(refusedCommand, {}, { signal: AbortSignal.timeout(waitMs), waitMs });
      return refusedIn(toldSchema.parse(told));
    } catch (error) {
      isRelay = !(error instanceof Fault && error.code === "CHARON_REFUSED");
      return ownEyes();
    }
  };
}

function refusedIn(told: z.infer<typeof toldSchema>): number | string {
  return "packets" in told ? Number(told.packets) : told.why;
}
