import { statsText } from "@causeway/shared/domain/stats.ts";
import type { Command } from "commander";
import { jobSchema, pageOf } from "../api/schemas.ts";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";
import { jobOf, statsOf, watchPrinter, tellEnd, watchJob } from "./watch.ts";

interface StatOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** `causeway stat [JOB]`: how far jobs are, as OSSImport prints it. */
export function addStat(program: Command, context: CliContext): void {
  const command = program
    .command("stat")
    .argument("[job]", "a job's name or id; without it all jobs that have not ended, or else the newest")
    .option("--watch", "go on each second until the job has ended")
    .option("--json", "print JSON")
    .description("show how far a job is")
    .action(async (given: string | undefined, options: StatOptions) => {
      const shown = given === undefined ? await jobsToShow(context) : [given];
      const [first] = shown;
      if (first === undefined) {
        context.say(options.json === true ? "[]" : "no jobs is running or finished.");
      } else if (options.watch === true) {
        tellEnd(context, await watchJob(context, first, watchPrinter(context, options.json)));
      } else {
        await showOnce(context, shown, options.json);
        if (given !== undefined) tellEnd(context, await jobOf(context, given));
      }
    });
  withExamples(command, ["causeway stat", "causeway stat local_test --watch", "causeway stat local_test --json"]);
}

async function showOnce(context: CliContext, jobs: readonly string[], json: boolean | undefined): Promise<void> {
  const stats = await Promise.all(jobs.map((job) => statsOf(context, job)));
  if (json !== true) context.print(statsText(stats));
  else context.say(JSON.stringify(stats.length === 1 ? stats[0] : stats));
}

async function jobsToShow(context: CliContext): Promise<string[]> {
  const page = await context.api.json(pageOf(jobSchema), { method: "GET", path: "/jobs?limit=100" });
  const active = page.items.filter((job) => job.endedAt === null);
  return (active.length > 0 ? active : page.items.slice(0, 1)).map((job) => job.id);
}
