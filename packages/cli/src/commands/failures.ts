import type { Command } from "commander";
import { z } from "zod";
import { path } from "../api/client.ts";
import { credentialsOf } from "../jobcfg/credentials-of.ts";
import { failureSchema, pageOf } from "../api/schemas.ts";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";
import { wholeNumber } from "../whole-number.ts";
import { statsOf } from "./watch.ts";

interface FailureOptions {
  readonly code?: string;
  readonly limit: number;
  readonly json?: boolean;
}

interface RetryOptions {
  readonly code?: string[];
  readonly file?: string;
  readonly json?: boolean;
}

/** `causeway failures JOB` and `causeway retry JOB`. */
export function addFailures(program: Command, context: CliContext): void {
  const failures = program
    .command("failures")
    .argument("<job>", "a job's name or id")
    .option("--code <code>", "only failures with this code")
    .option("--limit <n>", "at most so many", wholeNumber(1, Number.MAX_SAFE_INTEGER), 1000)
    .option("--json", "print JSON, one object a line")
    .description("list the objects that failed")
    .action((job: string, options: FailureOptions) => listFailures(context, job, options));
  withExamples(failures, [
    "causeway failures local_test",
    "causeway failures local_test --code SOURCE_ARCHIVED --json | jq -r .key",
  ]);
  const retry = program
    .command("retry")
    .argument("<job>", "a job's name or id")
    .option("--code <code...>", "only failures with this code")
    .option("--file <file>", "a job file whose credentials replace the job's")
    .option("--json", "print JSON")
    .description("try failed objects again, and a listing or settling that was given up")
    .action(async (job: string, options: RetryOptions) => {
      const credentials = options.file === undefined ? {} : await credentialsOf(options.file);
      const body = { codes: options.code ?? [], ...credentials };
      const call = { method: "POST", path: path`/jobs/${job}/retry`, body } as const;
      const answer = await context.api.json(z.object({ objects: z.number(), tasks: z.number() }), call);
      if (options.json === true) context.say(JSON.stringify(answer));
      else if (answer.objects > 0) context.say(`${answer.objects} objects are tried again in ${answer.tasks} tasks.`);
      else if ((await statsOf(context, job)).scanFinished) context.say("No failed object is there to be tried again.");
      else context.say("No failed object is there to be tried again; the listing goes on.");
    });
  withExamples(retry, [
    "causeway retry local_test",
    "causeway retry local_test --code SOURCE_ARCHIVED TARGET_FAILED",
    "causeway retry local_test --file job.json    # with the credentials that this file has now",
  ]);
}

async function listFailures(context: CliContext, job: string, options: FailureOptions): Promise<void> {
  let left = options.limit;
  let after: string | null = "";
  while (after !== null && left > 0) {
    const query = new URLSearchParams({ limit: String(Math.min(left, 1000)) });
    if (options.code !== undefined) query.set("code", options.code);
    if (after !== "") query.set("after", after);
    const call = {
      method: "GET",
      path: `${path`/jobs/${job}/failures`}?${query.toString()}`,
      signal: context.stopping,
    } as const;
    const page: { items: z.infer<typeof failureSchema>[]; nextCursor: string | null } = await context.api.json(
      pageOf(failureSchema),
      call,
    );
    for (const failure of page.items) {
      const { key, code, message } = failure;
      context.say(options.json === true ? JSON.stringify(failure) : `${code}  ${JSON.stringify(key)}  ${message}`);
    }
    left -= page.items.length;
    after = page.nextCursor;
  }
}
