import { type Job, type JobState, retriedShape, type Stats } from "../calls/answers.ts";
import { path } from "../calls/call.ts";
import { count } from "../format.ts";
import { confirm } from "../parts/dialog.ts";
import { tellDone, tellRefused } from "../parts/notices.ts";
import { ask, sentenceOf } from "../session.ts";

/** Whether the API would take a retry just now. */
export function mayRetry(state: JobState): boolean {
  return state === "completed" || state === "failed" || state === "running" || state === "paused";
}

/** Asks, then tries the objects of one code again; `code` null: all that failed. */
export function askRetry(job: Job, stats: Stats, code: string | null): void {
  const objects = code === null ? stats.objects.failed : (stats.failuresByCode[code] ?? 0);
  confirm({
    title: code === null ? "Retry all failed objects?" : `Retry ${code}?`,
    text:
      objects === 0
        ? `The listing of ${job.name} goes on where it stopped.`
        : `${count(objects)} failed ${objects === 1 ? "object" : "objects"} of ${job.name} will be tried again. Their cause should be mended first.`,
    action: "Retry",
    tone: "plain",
    async onYes() {
      const answer = await ask(retriedShape, {
        method: "POST",
        path: path`/jobs/${job.id}/retry`,
        body: { codes: code === null ? [] : [code] },
      });
      if (answer.answer === "ok") tellDone(`${count(answer.value.objects)} objects are tried again.`);
      else tellRefused(sentenceOf(answer));
    },
  });
}
