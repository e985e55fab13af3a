import type { JobSummary } from "../calls/answers.ts";
import { html } from "../html.ts";

type Standing = Pick<JobSummary, "state" | "jobState">;

/** A job's state as one word: the state itself, but a job that completed with failed objects says so. */
function stateWord({ state, jobState }: Standing): string {
  return state === "completed" && jobState === "Failed" ? "completed with failures" : state;
}

function tone({ state, jobState }: Standing): string {
  switch (state) {
    case "running":
    case "settling":
      return "going";
    case "paused":
    case "cancelling":
      return "held";
    case "completed":
      return jobState === "Failed" ? "bad" : "good";
    case "failed":
      return "bad";
    case "cancelled":
      return "quiet";
    default:
      return state satisfies never;
  }
}

/** The state as a word with a colour; the word alone says it. */
export function StateBadge({ job }: { readonly job: Standing }) {
  return html`<span class=${`badge badge-${tone(job)}`}>${stateWord(job)}</span>`;
}
