import { Fault, faultOf } from "@causeway/shared/domain/fault.ts";
import type { JobCredentials, OpenJobSpec } from "@causeway/shared/domain/job-spec.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import { mappingRule } from "@causeway/shared/domain/mapping.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { JobLedger } from "@causeway/shared/ports/job-ledger.ts";
import type { CredentialSeal } from "@causeway/shared/ports/secrets.ts";
import { brokenStores } from "./broken-stores.ts";
import type { MayWrite } from "./hold-guard.ts";
import type { JobWork } from "./job-work.ts";
import type { PathWatch } from "./path-watch.ts";
import { probeOf } from "./probe.ts";
import type { OpenStores, Stores } from "./stores.ts";

/** A job as tasks use it. Whoever opened it releases it. */
export interface OpenJob {
  work(mayWrite: MayWrite): JobWork;
  release(): void;
}

export interface JobContexts {
  /** The job at this revision or a later one; opened anew when its revision has changed. */
  open(jobId: string, revision: number): Promise<OpenJob>;
  close(): Promise<void>;
}

export interface JobContextParts {
  readonly ledger: JobLedger;
  readonly seal: CredentialSeal;
  readonly openStores: OpenStores;
  readonly pathWatch: PathWatch;
  readonly log: Logger;
}

interface Entry {
  readonly job: JobRecord;
  /** What it was opened for, or what the ledger had by then. */
  readonly revision: number;
  readonly stores: Stores;
  users: number;
  isCurrent: boolean;
}

/** Idle jobs whose connections are kept, for the next task. */
const mostIdle = 16;

/** Keeps each job's specification and opened stores, so that a task costs no look into the ledger. */
export function createJobContexts(parts: JobContextParts): JobContexts {
  const current = new Map<string, Promise<Entry>>();

  const closeIfUnused = (entry: Entry): void => {
    if (entry.users > 0 || entry.isCurrent) return;
    void entry.stores.close().catch((error: unknown) => {
      parts.log.warn({ jobId: entry.job.id, err: error }, "stores could not be closed");
    });
  };
  const retire = (entry: Entry): void => {
    entry.isCurrent = false;
    closeIfUnused(entry);
  };
  /** Whoever gets an entry is counted as its user before anything else can happen, so that nobody closes it meanwhile. */
  const use = async (jobId: string, revision: number): Promise<Entry> => {
    for (;;) {
      const opening = current.get(jobId);
      const known = await opening?.catch(() => undefined);
      if (known !== undefined && known.isCurrent && known.revision >= revision) {
        known.users += 1;
        return known;
      }
      if (current.get(jobId) !== opening) continue;
      const anew = openEntry(jobId, revision, parts);
      current.set(jobId, anew);
      if (known !== undefined) retire(known);
      await anew;
    }
  };
  const dropIdle = async (): Promise<void> => {
    for (const [jobId, opening] of current) {
      if (current.size <= mostIdle) return;
      const entry = await opening.catch(() => undefined);
      if (entry !== undefined && entry.users > 0) continue;
      current.delete(jobId);
      if (entry !== undefined) retire(entry);
    }
  };

  return {
    async open(jobId, revision) {
      const entry = await use(jobId, revision);
      await dropIdle();
      let isReleased = false;
      return {
        work: (mayWrite) => workOf(entry, mayWrite, parts.pathWatch),
        release() {
          if (isReleased) return;
          isReleased = true;
          entry.users -= 1;
          closeIfUnused(entry);
        },
      };
    },
    async close() {
      const entries = await Promise.allSettled(current.values());
      current.clear();
      await Promise.allSettled(
        entries.flatMap((entry) => (entry.status === "fulfilled" ? [entry.value.stores.close()] : [])),
      );
    },
  };
}

async function openEntry(jobId: string, wanted: number, { ledger, seal, openStores }: JobContextParts): Promise<Entry> {
  const [job, sealed] = await Promise.all([ledger.get(jobId), ledger.sealedCredentials(jobId)]);
  if (job === undefined || sealed === undefined) throw new Error(`the ledger knows no job ${jobId}`);
  const revision = Math.max(wanted, job.revision);
  const stores = openOrRefuse(() => openStores(job, opened(sealed, seal)));
  return { job, revision, stores, users: 0, isCurrent: true };
}

function opened(sealed: string, seal: CredentialSeal): JobCredentials {
  try {
    return seal.open(sealed);
  } catch (error) {
    const said = `the worker cannot open them: ${error instanceof Error ? error.message : String(error)}`;
    throw new Fault("SOURCE_CREDENTIALS_INVALID", "permanent", { cause: error, said });
  }
}

function openOrRefuse(open: () => Stores): Stores {
  try {
    return open();
  } catch (thrown) {
    return brokenStores(faultOf(thrown));
  }
}

function workOf({ job, revision, stores }: Entry, mayWrite: MayWrite, pathWatch: PathWatch): JobWork {
  const { spec, id: jobId } = job;
  const { source, unlimited } = stores;
  const probes = {
    source: probeOf(unlimited.source, spec.source.prefix),
    target: probeOf(unlimited.target, spec.target.prefix),
  };
  const { addresses } = spec.target;
  return {
    jobId,
    revision,
    spec,
    rules: rulesOf(jobId, spec),
    source,
    target: stores.targetFor(mayWrite),
    probes,
    paths: {
      source: pathWatch.path("source", spec.source.endpoint, { probe: probes.source }),
      target: pathWatch.path("target", spec.target.endpoint, { probe: probes.target, addresses }),
    },
  };
}

function rulesOf(jobId: string, spec: OpenJobSpec): JobWork["rules"] {
  return {
    decision: { overwrite: spec.overwrite, unrecorded: spec.unrecorded, jobId },
    key: {
      sourcePrefix: spec.source.prefix,
      targetPrefix: spec.target.prefix,
      leadingSlash: spec.keyRules.leadingSlash,
    },
    mapping: mappingRule(jobId, spec),
  };
}
