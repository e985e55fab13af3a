import type { Command } from "commander";
import { jobSchema } from "../api/schemas.ts";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";
import { readJobFile } from "../jobcfg/read-job-file.ts";
import { watchPrinter, tellEnd, watchJob } from "./watch.ts";

interface SubmitOptions {
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** `causeway submit FILE`: hands a job in. */
export function addSubmit(program: Command, context: CliContext): void {
  const command = program
    .command("submit")
    .argument("<file>", "a JSON job, or OSSImport's job.cfg or local_job.cfg")
    .option("--watch", "print the job's figures each second until it has ended")
    .option("--json", "print JSON")
    .description("submit a job")
    .action(async (file: string, options: SubmitOptions) => {
      const { body, warnings } = await readJobFile(file);
      for (const warning of warnings) context.note(`warning: ${warning}`);
      const job = await context.api.json(jobSchema, { method: "POST", path: "/jobs", body, signal: context.stopping });
      if (options.json === true) context.say(JSON.stringify(job));
      else context.say(`submit job:${file}\nsubmit job:${job.name} success!`);
      if (options.watch === true)
        tellEnd(context, await watchJob(context, job.id, watchPrinter(context, options.json)));
    });
  withExamples(command, [
    "causeway submit job.json",
    "causeway submit local_job.cfg --watch",
    "causeway submit job.json --json | jq -r .id",
  ]);
}
