import type { Fault } from "../domain/fault.ts";
import type { TunnelState } from "../domain/tunnel-state.ts";
import type { Signalled } from "./object-source.ts";

/** A target as jobs name it. */
export interface LinkTarget {
  readonly endpoint: string;
  /** Addresses that a job pins; none: what DNS says. */
  readonly addresses: readonly string[];
}

/** What a look has to read: the daemon that holds the tunnel up, and what refuses packets beside it. */
export type LinkPart = "charon" | "guard";

/** What one look found. */
export interface LinkSight {
  readonly tunnel: TunnelState;
  /** Why nothing may be sent to any target; undefined: the tunnel itself stands. */
  readonly barred: Fault | undefined;
  /** Why nothing may be sent to one of them, by endpoint. Those that are not in it are in order. */
  readonly barredTargets: ReadonlyMap<string, Fault>;
  /** What could not be read, each with why, as a sentence: no figure of it is known. */
  readonly unread: ReadonlyMap<LinkPart, string>;
}

/** The private link of this host, over which every target is reached. */
export interface TunnelLink {
  /**
   * Looks whether the tunnel stands, carries the targets' addresses, and whether they answer. What cannot be seen counts as
   * barred. Rejects with the signal's reason only.
   */
  look(targets: readonly LinkTarget[], options: Signalled): Promise<LinkSight>;
  /** Calls `changed` when something came up, went, or was rekeyed; nobody may rely on being called. Resolves once aborted. */
  watch(changed: (what: "state" | "rekeyed") => void, options: Signalled): Promise<void>;
}
