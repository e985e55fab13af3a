import type { Command } from "commander";
import { z } from "zod";
import { path } from "../api/client.ts";
import { jobSchema } from "../api/schemas.ts";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";
import { credentialsOf } from "../jobcfg/credentials-of.ts";

interface JsonOption {
  readonly json?: boolean;
}

/** `causeway pause|cancel|resume|delete JOB`. */
export function addChanges(program: Command, context: CliContext): void {
  addPlain(program, context, { name: "pause", description: "stop feeding a job; running tasks are handed back" });
  addPlain(program, context, { name: "cancel", description: "end a job early; what was copied stays" });
  const resume = program
    .command("resume")
    .argument("<job>", "a job's name or id")
    .option("--credentials <file>", "a job file whose credentials replace the job's")
    .option("--json", "print JSON")
    .description("let a paused job go on")
    .action(async (job: string, options: JsonOption & { readonly credentials?: string }) => {
      const body = options.credentials === undefined ? {} : await credentialsOf(options.credentials);
      await change(context, job, { name: "resume", body, json: options.json });
    });
  withExamples(resume, [
    "causeway resume local_test",
    "causeway resume local_test --credentials job.json    # with the credentials that this file has now",
  ]);
  const remove = program
    .command("delete")
    .argument("<job>", "a job's name or id")
    .option("--json", "print JSON")
    .description("forget an ended job and its journal")
    .action(async (job: string, options: JsonOption) => {
      await context.api.json(z.null(), { method: "DELETE", path: path`/jobs/${job}`, signal: context.stopping });
      context.say(options.json === true ? JSON.stringify({ deleted: job }) : `Clean job:${job} completed.`);
    });
  withExamples(remove, ["causeway delete local_test"]);
}

function addPlain(
  program: Command,
  context: CliContext,
  { name, description }: { readonly name: "pause" | "cancel"; readonly description: string },
): void {
  const command = program
    .command(name)
    .argument("<job>", "a job's name or id")
    .option("--json", "print JSON")
    .description(description)
    .action((job: string, options: JsonOption) => change(context, job, { name, body: {}, json: options.json }));
  withExamples(command, [`causeway ${name} local_test`]);
}

async function change(
  context: CliContext,
  job: string,
  { name, body, json }: { readonly name: string; readonly body: unknown; readonly json: boolean | undefined },
): Promise<void> {
  const call = { method: "POST", path: path`/jobs/${job}/` + name, body, signal: context.stopping } as const;
  const now = await context.api.json(jobSchema, call);
  context.say(json === true ? JSON.stringify(now) : `${now.name}: ${now.state}`);
}
