import type { JobCredentials } from "@causeway/shared/domain/job-spec.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import type { ObjectSource } from "@causeway/shared/ports/object-source.ts";
import type { ObjectTarget } from "@causeway/shared/ports/object-target.ts";
import type { MayWrite } from "./hold-guard.ts";
import type { Listable } from "./probe.ts";

/** Both sides of a job, opened with its credentials. */
export interface Stores {
  readonly source: ObjectSource;
  /** The target for one task: each write asks `mayWrite` at the last moment, behind every wait for limits. */
  targetFor(mayWrite: MayWrite): ObjectTarget;
  /** Both sides without the job's limits: whether a path works is asked at once, however many requests wait their turn. */
  readonly unlimited: { readonly source: Listable; readonly target: Listable };
  close(): Promise<void>;
}

/** Opens a job's stores; nothing is sent yet. */
export type OpenStores = (job: JobRecord, credentials: JobCredentials) => Stores;
