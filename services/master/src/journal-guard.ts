import type { WorkerRecord } from "@causeway/shared/ports/worker-registry.ts";

/**
 * Why the journal does not allow handing out tasks: a folder that is not declared shared, with workers on other hosts, would
 * split the record of the job among hosts. Undefined: nothing is in the way.
 */
export function journalObstacle(
  journal: { readonly url: string; readonly shared: boolean },
  ownHost: string,
  workers: readonly WorkerRecord[],
): string | undefined {
  if (journal.shared || !journal.url.startsWith("file:")) return undefined;
  const others = [...new Set(workers.map(({ host }) => host))].filter((host) => host !== ownHost);
  if (others.length === 0) return undefined;
  return (
    `JOURNAL_URL is a folder of one host, but there are workers on ${others.join(", ")} besides ${ownHost}. ` +
    "Put the folder on a mount that all hosts share and set JOURNAL_SHARED=true."
  );
}
