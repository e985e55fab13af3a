// A node:test reporter that writes the run's counts as JSON, for adding up several runs.

import { relative } from "node:path";

/** Yields one JSON object when the run ends: `{ passed, failed, skipped, skips }`, `skips` as sentences. */
export default async function* counts(events) {
  const skips = [];
  for await (const { type, data } of events) {
    if (type === "test:pass" && data.skip !== undefined && data.details?.type !== "suite") {
      const reason = typeof data.skip === "string" && data.skip !== "" ? data.skip : "no reason given";
      skips.push(`${relative(process.cwd(), data.file ?? "")}, "${data.name}": ${reason}`);
    }
    // Every file has a summary of its own; the run's names no file.
    if (type !== "test:summary" || data.file !== undefined) continue;
    const { passed, failed, cancelled, skipped, todo } = data.counts;
    yield JSON.stringify({ passed, failed: failed + cancelled, skipped: skipped + todo, skips });
  }
}
