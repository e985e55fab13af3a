/** A host at which a tunnel begins. */
export interface TunnelHost {
  readonly name: string;
  readonly zone: string;
  /** Whether it copies by itself, besides forwarding for its zone. */
  readonly worker: "run" | "none";
  /** What of AWS it speaks for: the tunnel's selectors, and where answers come back. Never those of another host. */
  readonly networks: readonly string[];
  /** The interface ids of its two tunnels. */
  readonly interfaceIds: readonly [number, number];
}
