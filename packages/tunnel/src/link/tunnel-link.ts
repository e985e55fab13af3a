import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { TunnelState } from "@causeway/shared/domain/tunnel-state.ts";
import type { LinkPart, TunnelLink } from "@causeway/shared/ports/tunnel-link.ts";
import { type Charon, createCharon } from "../vici/charon.ts";
import { createViciClient, wasSlow } from "../vici/client.ts";
import type { IkeSa } from "../vici/security-associations.ts";
import { type ReadRefused, createRefusedReader } from "./guard-counters.ts";
import { createToldRefused } from "./told-refused.ts";
import { type Carrier, type Flow, carriersOf, flowAfter, whyNothingIsCarried, whyStalled } from "./judge.ts";
import { type TargetReach, createTargetReach } from "./target-reach.ts";

export interface TunnelLinkParts {
  readonly charon: Charon;
  readonly refused: ReadRefused;
}

/** The link as it is told at `socket`: the relay's, or charon's own. */
export function openTunnelLink(socket: string): TunnelLink {
  const client = createViciClient(socket);
  return createTunnelLink({
    charon: createCharon(socket, client),
    refused: createToldRefused(client, createRefusedReader()),
  });
}

/** So long is a busy charon taken at its last word. */
const patienceMs = 60_000;
/** After a charon ended the next one is looked for so often. */
const watchAgainMs = 1000;

/** The link as charon shows it, and as the targets' own answers do. */
export function createTunnelLink({ charon, refused }: TunnelLinkParts): TunnelLink {
  const sasNow = createSasReader(charon);
  let flow: Flow | undefined;
  let reaches = new Map<string, TargetReach>();
  return {
    async look(targets, { signal }) {
      const [sas, told] = await Promise.all([sasNow(signal), refused()]);
      const carriers = typeof sas === "string" ? [] : carriersOf(sas);
      const before = flow;
      flow = flowAfter(before, carriers, performance.now());
      const isMoving = before !== undefined && flow.bytesIn > before.bytesIn;
      // Only where a target is asked from time to time must something come back.
      const stalled = targets.length > 0 ? whyStalled(flow) : undefined;
      const why = typeof sas === "string" ? sas : (whyNothingIsCarried(sas) ?? stalled);
      reaches = new Map(targets.map(({ endpoint }) => [endpoint, reaches.get(endpoint) ?? createTargetReach()]));
      const seen = {
        carriers,
        ask: why === undefined ? ("at-times" as const) : ("now" as const),
        flow: isMoving ? ("moving" as const) : ("still" as const),
        signal,
      };
      const looked = await Promise.all(
        targets.map(async (target) => ({
          endpoint: target.endpoint,
          why: await reaches.get(target.endpoint)?.look(target, seen),
        })),
      );
      signal.throwIfAborted();
      const barred = looked.flatMap((target) =>
        target.why === undefined ? [] : [[target.endpoint, target.why] as const],
      );
      const allBarred = barred.length === targets.length ? barred[0]?.[1] : undefined;
      return {
        tunnel: stateOf(carriers, why ?? allBarred, typeof told === "number" ? told : null),
        barred: why === undefined ? undefined : down(why),
        barredTargets: new Map(barred.map(([endpoint, said]) => [endpoint, down(said)])),
        unread: new Map<LinkPart, string>([
          ...(typeof sas === "string" ? [["charon", sas] as const] : []),
          ...(typeof told === "string" ? [["guard", told] as const] : []),
        ]),
      };
    },
    watch: async (changed, { signal }) => {
      while (!signal.aborted) {
        const heard = charon.watch(({ kind }) => changed(kind === "child-rekeyed" ? "rekeyed" : "state"), { signal });
        // charon's end is news like any other, and there may be another one soon.
        await heard.catch(() => changed("state"));
        await sleep(watchAgainMs, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

/**
 * What reads the security associations, or says why there is no telling. A charon that is there and slow, because it has much
 * to do, keeps what it told last for a while: whether the tunnel works, the targets' answers tell meanwhile.
 */
function createSasReader(charon: Charon): (signal: AbortSignal) => Promise<readonly IkeSa[] | string> {
  let last: { readonly sas: readonly IkeSa[]; readonly atMs: number } | undefined;
  return async (signal) => {
    try {
      const sas = await charon.sas({ signal });
      last = { sas, atMs: performance.now() };
      return sas;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault)) throw error;
      if (wasSlow(error) && last !== undefined && performance.now() - last.atMs < patienceMs) return last.sas;
      return `charon does not tell how the tunnel is: ${error.said ?? error.code}.`;
    }
  };
}

function stateOf(carriers: readonly Carrier[], reason: string | undefined, refusedPackets: number | null): TunnelState {
  return {
    state: reason === undefined ? "up" : "down",
    reason: reason ?? null,
    children: carriers.map(({ name, remoteAddress, bytesIn, bytesOut, installedSeconds }) => ({
      name,
      remoteAddress,
      bytesIn,
      bytesOut,
      installedSeconds,
    })),
    refusedPackets,
  };
}

function down(said: string): Fault {
  return new Fault("TUNNEL_DOWN", "path", { said });
}
