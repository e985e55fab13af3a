import type { JournalKind } from "@causeway/shared/domain/preflight/journal.ts";
import type { RedisReading } from "@causeway/shared/domain/preflight/redis.ts";
import type { PriceList } from "@causeway/shared/domain/preflight/prices.ts";
import type { Journal } from "@causeway/shared/ports/journal.ts";
import type { StoresToLookAt } from "@causeway/shared/preflight/stores.ts";

/** What the API looks at before a job, beyond its other ports. */
export interface PreflightPorts {
  readonly opener: StoresToLookAt;
  /** Whether OSS_ALLOWED_CIDRS names any block. */
  readonly blocks: "named" | "none";
  readonly canaryBucket: string | undefined;
  readonly prices: PriceList;
  /** One reading for each server. */
  readonly readRedis: () => Promise<readonly RedisReading[]>;
  readonly journal: Pick<Journal, "check">;
  readonly journalKind: JournalKind;
  /** This host's name, as workers tell theirs. */
  readonly host: string;
  readonly newProbeName: () => string;
}
