import { Fault } from "@causeway/shared/domain/fault.ts";
import type { TunnelState } from "@causeway/shared/domain/tunnel-state.ts";
import type { TunnelLink } from "@causeway/shared/ports/tunnel-link.ts";
import { type Charon, createCharon } from "../vici/charon.ts";
import type { IkeSa } from "../vici/security-associations.ts";
import { type ReadRefused, createRefusedReader } from "./guard-counters.ts";
import { type Carrier, type Flow, carriersOf, flowAfter, whyNothingIsCarried, whyStalled } from "./judge.ts";
import { type TargetReach, createTargetReach } from "./target-reach.ts";

export interface TunnelLinkParts {
  readonly charon: Charon;
  readonly refused: ReadRefused;
}

/** The link that TUNNEL_VICI_SOCKET names; undefined without one. */
export function openTunnelLink(socket: string | undefined): TunnelLink | undefined {
  if (socket === undefined) return undefined;
  return createTunnelLink({ charon: createCharon(socket), refused: createRefusedReader() });
}

/** The link as charon shows it, and as the targets' own answers do. */
export function createTunnelLink({ charon, refused }: TunnelLinkParts): TunnelLink {
  let flow: Flow | undefined;
  let reaches = new Map<string, TargetReach>();
  return {
    async look(targets, { signal }) {
      const [sas, refusedPackets] = await Promise.all([sasOf(charon, signal), refused()]);
      const carriers = typeof sas === "string" ? [] : carriersOf(sas);
      flow = flowAfter(flow, carriers, performance.now());
      // Only where a target is asked from time to time must something come back.
      const stalled = targets.length > 0 ? whyStalled(flow) : undefined;
      const why = typeof sas === "string" ? sas : (whyNothingIsCarried(sas) ?? stalled);
      reaches = new Map(targets.map(({ endpoint }) => [endpoint, reaches.get(endpoint) ?? createTargetReach()]));
      const ask = why === undefined ? "at-times" : "now";
      const looked = await Promise.all(
        targets.map(async (target) => ({
          endpoint: target.endpoint,
          why: await reaches.get(target.endpoint)?.look(target, { carriers, ask, signal }),
        })),
      );
      signal.throwIfAborted();
      const barred = looked.flatMap((target) =>
        target.why === undefined ? [] : [[target.endpoint, target.why] as const],
      );
      const allBarred = barred.length === targets.length ? barred[0]?.[1] : undefined;
      return {
        tunnel: stateOf(carriers, why ?? allBarred, refusedPackets),
        barred: why === undefined ? undefined : down(why),
        barredTargets: new Map(barred.map(([endpoint, said]) => [endpoint, down(said)])),
      };
    },
    watch: async (changed, { signal }) => {
      const heard = charon.watch(({ kind }) => changed(kind === "child-rekeyed" ? "rekeyed" : "state"), { signal });
      // charon's end is news like any other.
      await heard.catch(() => changed("state"));
    },
  };
}

/** The security associations, or why there is no telling. */
async function sasOf(charon: Charon, signal: AbortSignal): Promise<readonly IkeSa[] | string> {
  try {
    return await charon.sas({ signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Fault)) throw error;
    return `charon does not tell how the tunnel is: ${error.said ?? error.code}.`;
  }
}

function stateOf(
  carriers: readonly Carrier[],
  reason: string | undefined,
  refusedPackets: number | undefined,
): TunnelState {
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
    refusedPackets: refusedPackets ?? null,
  };
}

function down(said: string): Fault {
  return new Fault("TUNNEL_DOWN", "path", { said });
}
