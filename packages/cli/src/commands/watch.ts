import { setTimeout as wait } from "node:timers/promises";
import { statsText } from "@causeway/shared/domain/stats.ts";
import { path } from "../api/client.ts";
import { type Job, type Stats, jobSchema, statsSchema } from "../api/schemas.ts";
import type { CliContext } from "../context.ts";
import { frameOf } from "../screen/frame.ts";
import { createPaint, createRedraw } from "../screen/screen.ts";

const pollMs = 1000;

/** Asks for a job's figures. */
export function statsOf(context: CliContext, job: string): Promise<Stats> {
  return context.api.json(statsSchema, { method: "GET", path: path`/jobs/${job}/stats`, signal: context.stopping });
}

/** Asks for a job. */
export function jobOf(context: CliContext, job: string): Promise<Job> {
  return context.api.json(jobSchema, { method: "GET", path: path`/jobs/${job}`, signal: context.stopping });
}

/** Prints a job's figures each second until it has ended; answers the job then. */
export async function watchJob(context: CliContext, job: string, show: (stats: Stats) => void): Promise<Job> {
  for (;;) {
    const now = await jobOf(context, job);
    show(await statsOf(context, job));
    if (now.endedAt !== null) return now;
    await wait(pollMs, undefined, { signal: context.stopping });
  }
}

/** How figures are shown: OSSImport's block, or one JSON object a line. */
export function statsPrinter(context: CliContext, json: boolean | undefined): (stats: Stats) => void {
  return json === true ? (stats) => context.say(JSON.stringify(stats)) : (stats) => context.print(statsText([stats]));
}

/** How `--watch` shows figures: on a terminal a picture that is drawn over, anywhere else one block behind the other. */
export function watchPrinter(context: CliContext, json: boolean | undefined): (stats: Stats) => void {
  if (json === true || context.screen.columns() === undefined) return statsPrinter(context, json);
  const paint = createPaint(context.screen);
  const redraw = createRedraw(context.print);
  return (stats) => redraw(frameOf(stats, context.screen.columns() ?? 80, paint));
}

/** Says how a job ended beside the answer, and sets the exit code. */
export function tellEnd(context: CliContext, job: Pick<Job, "name" | "jobState" | "stateReason">): void {
  if (job.stateReason !== null) context.note(`${job.name}: ${job.stateReason.code}: ${job.stateReason.message}`);
  if (job.jobState === "Failed" || job.jobState === "Abort") context.endWith(1);
}
