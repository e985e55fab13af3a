import type { Clock } from "../../../ports/clock.ts";
import type { Ledger } from "../../../ports/ledger.ts";
import { createMemoryDispatch } from "./dispatch.ts";
import { createMemoryDropped } from "./dropped.ts";
import { createMemoryFailures } from "./failures.ts";
import { createMemoryLease, createMemoryWorkers } from "./fleet.ts";
import { createMemoryJobs } from "./jobs.ts";
import { createMemoryNotices } from "./notices.ts";
import { createMemoryPlans } from "./plan.ts";
import { createMemoryHistory } from "./history.ts";
import { createMemorySettling } from "./settling.ts";
import { createMemorySilences } from "./silences.ts";
import { createMemorySpreads } from "./spreads.ts";
import type { JobBook } from "./state.ts";
import { createMemoryTasks } from "./tasks.ts";
import { createMemoryUploads } from "./uploads.ts";

/** The ledger in the memory of one process: for tests, by the same rules as the Redis one. */
export function createMemoryLedger(clock: Clock): Ledger {
  const books = new Map<string, JobBook>();
  return {
    jobs: createMemoryJobs(books, clock),
    history: createMemoryHistory(books, clock),
    plans: createMemoryPlans(books),
    silences: createMemorySilences(books, clock),
    dispatch: createMemoryDispatch(books, clock),
    tasks: createMemoryTasks(books, clock),
    spreads: createMemorySpreads(books, clock),
    uploads: createMemoryUploads(books),
    failures: createMemoryFailures(books),
    settling: createMemorySettling(books, clock),
    dropped: createMemoryDropped(books),
    notices: createMemoryNotices(books, clock),
    lease: createMemoryLease(new Map(), "memory", clock),
    workers: createMemoryWorkers(clock),
  };
}
