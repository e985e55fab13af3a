import { Fault } from "@causeway/shared/domain/fault.ts";
import type { JobCredentials, OpenJobSpec } from "@causeway/shared/domain/job-spec.ts";
import type { JobRecord } from "@causeway/shared/domain/job.ts";
import type { JobLedger } from "@causeway/shared/ports/job-ledger.ts";
import type { CredentialSeal } from "@causeway/shared/ports/secrets.ts";
import type { OpenedStores } from "./check-job.ts";

/** Opens both sides of a job; throws a Fault where the specification or a credential reference is unusable here. */
export type OpenStores = (spec: OpenJobSpec, credentials: JobCredentials) => OpenedStores | Promise<OpenedStores>;

export interface JobStores {
  /** Runs `act` with the job's stores open. They are shared by all users of the same revision and closed when idle. */
  use<T>(job: JobRecord, act: (stores: OpenedStores) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Entry {
  readonly stores: Promise<OpenedStores>;
  users: number;
}

/** Idle stores that are kept open. */
const keptOpen = 16;

/** Opens jobs' stores, cached by revision: a change of credentials opens new ones. */
export function createJobStores(
  open: OpenStores,
  ledger: Pick<JobLedger, "sealedCredentials">,
  seal: CredentialSeal,
): JobStores {
  const entries = new Map<string, Entry>();

  async function openJob(job: JobRecord): Promise<OpenedStores> {
    const sealed = await ledger.sealedCredentials(job.id);
    if (sealed === undefined) throw unreadable("its credentials are gone");
    return await open(job.spec, opened(sealed, seal));
  }

  async function closeIdle(keep: number): Promise<void> {
    const idle = [...entries].filter(([, { users }]) => users === 0);
    for (const [name, entry] of idle.slice(0, Math.max(0, idle.length - keep))) {
      entries.delete(name);
      const stores = await entry.stores.catch(() => undefined);
      await Promise.all([stores?.source.close(), stores?.target.close()]);
    }
  }

  return {
    async use(job, act) {
      const name = `${job.id}/${job.revision}`;
      const entry = entries.get(name) ?? { stores: openJob(job), users: 0 };
      entries.set(name, entry);
      entry.users += 1;
      try {
        return await act(await entry.stores);
      } catch (error) {
        // The next user opens anew: what could not be opened must not stay.
        if (await isRejected(entry.stores)) entries.delete(name);
        throw error;
      } finally {
        entry.users -= 1;
        await closeIdle(keptOpen);
      }
    },
    close: () => closeIdle(0),
  };
}

function opened(sealed: string, seal: CredentialSeal): JobCredentials {
  try {
    return seal.open(sealed);
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
}

function unreadable(why: string): Fault {
  return new Fault("SOURCE_CREDENTIALS_INVALID", "permanent", { said: `the master cannot open them: ${why}` });
}

async function isRejected(promise: Promise<unknown>): Promise<boolean> {
  return await promise.then(
    () => false,
    () => true,
  );
}
