import type { StateReason } from "../domain/job.ts";
import type { Shard } from "../domain/shard.ts";
import type { PlannedTask } from "../domain/task.ts";

export interface PlanStep {
  readonly jobId: string;
  readonly shardId: string;
  /** The shard's version that the lister knows. */
  readonly version: number;
  /**
   * The shard's cursor that the lister knows; null: nothing is planned. Another one at the ledger is `refused`: after Redis
   * has fallen back a second, versions are given anew, and an old lister's version may fit without its cursor.
   */
  readonly knownCursor?: string | null;
  /** Names this very step: the same planId again answers `planned` and changes nothing. */
  readonly planId: string;
  /** The last key of `tasks`. */
  readonly cursor: string;
  readonly tasks: readonly PlannedTask[];
}

/** `refused`: the shard has another version, is finished or gone: read it again. `not-now`: the job's state allows no planning. */
export type Planned = "planned" | "refused" | "not-now";

/** Turning a listing into tasks. Each method is one call that happens whole or not at all. */
export interface PlanLedger {
  shards(jobId: string): Promise<readonly Shard[]>;
  /** Stores manifests, adds tasks to `open` and backlog, moves the cursor, bumps the version, counts listed objects and bytes. */
  plan(step: PlanStep): Promise<Planned>;
  /** Cuts `(cursor, before]` at `at`: the old shard ends there, the new one starts there with a version of its own. */
  split(step: {
    readonly jobId: string;
    readonly shardId: string;
    readonly version: number;
    readonly at: string;
    readonly newShardId: string;
  }): Promise<Planned>;
  /** `known`: the shard as the lister knows it; at another cursor or end it has listed something else, so it is `refused`. */
  finish(step: {
    readonly jobId: string;
    readonly shardId: string;
    readonly version: number;
    readonly known?: { readonly cursor: string | null; readonly before: string | null };
  }): Promise<Planned>;
  /**
   * Gives the listing up: what is planned goes on, then the job ends `failed` with this reason. Running jobs only, and none
   * that is not at `atRevision` any more: its new credentials may work.
   */
  abandonListing(jobId: string, reason: StateReason, atRevision?: number): Promise<"abandoned" | "not-now">;
}
