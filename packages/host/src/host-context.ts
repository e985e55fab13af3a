import type { HostFacts } from "@causeway/tunnel/host/this-host.ts";
import type { Charon } from "@causeway/tunnel/vici/charon.ts";
import type { Machine } from "./doctor/machine.ts";
import type { SecretSource } from "./secrets/secret-source.ts";

/** charon's own socket: who may write there commands it. */
export const charonSocket = "/run/charon.vici";

/** What every command is given. */
export interface HostContext {
  readonly machine: Machine;
  /** What of the tunnel's needs this host has. */
  readonly facts: () => Promise<HostFacts>;
  /** Opens the stores of secrets; `region` is that of AWS. */
  readonly secretsIn: (region: string | undefined) => SecretSource;
  /** The IKE daemon of this host. */
  readonly charon: Pick<Charon, "loadKey" | "sas">;
  /** Aborted when the process is told to stop. */
  readonly stopping: AbortSignal;
  /** A line on standard output. */
  readonly say: (line: string) => void;
  /** A line on standard error. */
  readonly complain: (line: string) => void;
}

/** 0 done, 1 failed, 2 wrong use or wrong files. */
export type ExitCode = 0 | 1 | 2;
