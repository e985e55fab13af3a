import type { TunnelFile } from "./tunnel-file.ts";

/** What does not fit together in a tunnel.yaml of the right shape. */
export interface Misfit {
  readonly path: readonly PropertyKey[];
  readonly says: string;
  readonly cure: string;
}

/** Finds everything that would make a tunnel that does not come up, leaks, or carries what it should not. */
export function faultsIn(file: TunnelFile): readonly Misfit[] {
  const { gateway } = file;
  const misfits: Misfit[] = [];
  if (gateway.selectors === "any") {
    for (const [index, tunnel] of gateway.tunnels.entries()) {
      if (tunnel.interfaceId !== undefined) continue;
      misfits.push({
        path: ["gateway", "tunnels", index],
        says: "Selectors of 0.0.0.0/0 without an interface id would take all of the host's traffic, S3's included.",
        cure: "Give the tunnel an interfaceId, or write selectors: blocks.",
      });
    }
  }
  return misfits;
}
