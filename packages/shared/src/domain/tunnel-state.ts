import { z } from "zod";

const childSchema = z.object({
  /** As the host's configuration names it. */
  name: z.string(),
  /** The gateway at the other end. */
  remoteAddress: z.string(),
  bytesIn: z.number(),
  bytesOut: z.number(),
  /** Since it was installed; rekeying begins anew. */
  installedSeconds: z.number(),
});

/** The tunnel of a worker's host, as the worker sees it. */
export const tunnelStateSchema = z.object({
  state: z.enum(["up", "down"]),
  /** Why it is down, as a sentence; null while it is up. */
  reason: z.string().nullable(),
  /** What carries packets at the moment. */
  children: z.array(childSchema),
  /** Packets that the host's guard refused because they would have gone beside the tunnel; null: its counters cannot be read. */
  refusedPackets: z.number().nullable(),
});

export type TunnelState = Readonly<z.infer<typeof tunnelStateSchema>>;
