// A node:test reporter that writes the run's counts as JSON, for adding up several runs.

/** Yields one JSON object `{ passed, failed, skipped }` when the run ends. */
export default async function* counts(events) {
  for await (const { type, data } of events) {
    // Every file has a summary of its own; the run's names no file.
    if (type !== "test:summary" || data.file !== undefined) continue;
    const { passed, failed, cancelled, skipped, todo } = data.counts;
    yield JSON.stringify({ passed, failed: failed + cancelled, skipped: skipped + todo });
  }
}
