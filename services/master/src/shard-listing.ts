import type { BatchLimits } from "@causeway/shared/domain/plan.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";
import type { PlanLedger } from "@causeway/shared/ports/plan-ledger.ts";
import type { ShardWatch } from "./shard-sight.ts";

/** What is listed, and who is asked and told meanwhile. */
export interface ShardListing {
  readonly jobId: string;
  readonly shardId: string;
  readonly prefix: string;
  readonly limits: BatchLimits;
  readonly source: Pick<ObjectSource, "listPage">;
  readonly plans: PlanLedger;
  /** Asked before each page but the first: false saves the cursor and leaves the rest to a later turn. */
  mayGoOn(): Promise<boolean>;
  /** Told after each step that stored tasks. */
  onPlanned(planned: { readonly tasks: number; readonly objects: number }): void;
  /** Told which keys come, so that idle listers know where to split. */
  readonly watch: ShardWatch;
  /** 128 random bits as 32 hex digits. */
  readonly newId: () => string;
}
