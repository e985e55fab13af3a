import { useSignal } from "@preact/signals";
import { jobShape, type JobState } from "../calls/answers.ts";
import { type Answer, path } from "../calls/call.ts";
import { html } from "../html.ts";
import { noteJob } from "../live/fleet.ts";
import { confirm } from "../parts/dialog.ts";
import { tellDone, tellRefused } from "../parts/notices.ts";
import { goTo } from "../route.ts";
import { ask, mayDelete, mayOperate, sentenceOf } from "../session.ts";
import type { JobProperties } from "./job-properties.ts";
import { askRetry } from "./job-retry.ts";
import { LimitsDialog } from "./limits-dialog.ts";
import { ReportMenu } from "./report-menu.ts";

type Change = "pause" | "resume" | "cancel";

const questions: Readonly<Record<Change, { readonly text: string; readonly action: string; readonly done: string }>> = {
  pause: {
    text: "Workers hand back what they hold and take nothing more. What is copied stays copied; resume goes on from there.",
    action: "Pause",
    done: "is pausing.",
  },
  resume: {
    text: "Listing and copying go on where they stopped.",
    action: "Resume",
    done: "goes on.",
  },
  cancel: {
    text: "What is under way is finished or dropped, and the job ends for good: it cannot be resumed. What is copied stays in the target.",
    action: "Cancel the job",
    done: "is being cancelled.",
  },
};

/** What can be done with a job, in its state and with this key; a key that only reads gets the report alone. */
export function JobActions({ job, stats }: JobProperties) {
  const isLimiting = useSignal(false);
  const changes = mayOperate.value ? changesIn(job.state) : [];
  const mayRetryListing = mayOperate.value && job.state === "failed" && stats.objects.failed === 0;
  return html`<div class="buttons" role="group" aria-label="Actions">
    <${ReportMenu} job=${job} />
    ${
      mayOperate.value && job.endedAt === null
        ? html`<button
            type="button"
            onClick=${() => {
              isLimiting.value = true;
            }}
          >
            Limits and weight
          </button>`
        : null
    }
    ${mayRetryListing ? html`<button type="button" class="primary" onClick=${() => askRetry(job, stats, null)}>Retry</button>` : null}
    ${changes.map(
      (change) =>
        html`<button
          type="button"
          key=${change}
          class=${change === "resume" ? "primary" : change === "cancel" ? "danger" : ""}
          onClick=${() => askChange(job, change)}
        >
          ${change === "cancel" ? "Cancel" : questions[change].action}
        </button>`,
    )}
    ${
      mayDelete.value && job.endedAt !== null
        ? html`<button type="button" class="danger" onClick=${() => askDelete(job)}>Delete</button>`
        : null
    }
    ${
      isLimiting.value
        ? html`<${LimitsDialog}
            job=${job}
            onClose=${() => {
              isLimiting.value = false;
            }}
          />`
        : null
    }
  </div>`;
}

function changesIn(state: JobState): readonly Change[] {
  switch (state) {
    case "running":
      return ["pause", "cancel"];
    case "paused":
      return ["resume", "cancel"];
    case "cancelling":
    case "settling":
    case "completed":
    case "failed":
    case "cancelled":
      return [];
    default:
      return state satisfies never;
  }
}

function askChange(job: JobProperties["job"], change: Change): void {
  const { text, action, done } = questions[change];
  confirm({
    title: `${action === "Cancel the job" ? "Cancel" : action} ${job.name}?`,
    text,
    action,
    tone: change === "cancel" ? "danger" : "plain",
    async onYes() {
      const answer = await ask(jobShape, { method: "POST", path: path`/jobs/${job.id}/${change}` });
      if (answer.answer === "ok") noteJob(job.id, answer.value.state);
      tell(answer, `${job.name} ${done}`);
    },
  });
}

function askDelete(job: JobProperties["job"]): void {
  confirm({
    title: `Delete ${job.name}?`,
    text: "Its figures, its failure list and its journal are removed for good. The copied objects stay in the target.",
    action: "Delete",
    tone: "danger",
    async onYes() {
      const answer = await ask(() => null, { method: "DELETE", path: path`/jobs/${job.id}` });
      tell(answer, `${job.name} is deleted.`);
      if (answer.answer === "ok") goTo({ view: "jobs" });
    },
  });
}

function tell(answer: Answer<unknown>, done: string): void {
  if (answer.answer === "ok") tellDone(done);
  else tellRefused(sentenceOf(answer));
}
