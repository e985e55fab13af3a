import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { type Shards, shardsShape } from "../calls/answers.ts";
import { path } from "../calls/call.ts";
import { count } from "../format.ts";
import { html } from "../html.ts";
import { ask } from "../session.ts";
import type { JobProperties } from "./job-properties.ts";

const lookEveryMs = 5000;
const mostShown = 12;

/** How the source is being listed: slices of the key space, each on its own. */
export function JobShards({ job, stats }: JobProperties) {
  const shards = useSignal<Shards | null>(null);
  const isListing = !stats.scanFinished && job.endedAt === null;
  useEffect(() => {
    const look = async (): Promise<void> => {
      const answer = await ask(shardsShape, { path: path`/jobs/${job.id}/shards` });
      if (answer.answer === "ok") shards.value = answer.value;
    };
    void look();
    if (!isListing) return undefined;
    const timer = setInterval(() => void look(), lookEveryMs);
    return () => clearInterval(timer);
  }, [job.id, isListing]);
  const known = shards.value;
  return html`<section class="card" aria-labelledby="shards-title">
    <h2 id="shards-title">Listing</h2>
    <dl class="figures figures-small">
      <div>
        <dt>Objects listed</dt>
        <dd>${count(stats.objects.listed)}</dd>
      </div>
      <div>
        <dt>Shards being listed</dt>
        <dd>${known === null || stats.scanFinished ? "–" : count(known.open)}</dd>
      </div>
      <div>
        <dt>Finished</dt>
        <dd>${stats.scanFinished ? "yes" : "no"}</dd>
      </div>
    </dl>
    ${
      stats.scanFinished
        ? html`<p class="quiet">The whole source is listed.</p>`
        : html`<ul class="rows">
            ${known?.items.slice(0, mostShown).map(
              (shard) =>
                html`<li key=${shard.id}>
                  <span class="keys">
                    <code>${shard.after ?? "the beginning"}</code> to <code>${shard.before ?? "the end"}</code>
                  </span>
                  <small>${shard.cursor === null ? "not begun" : html`at <code>${shard.cursor}</code>`}</small>
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}
