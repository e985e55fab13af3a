import type { Command } from "commander";
import { type Job, jobSchema, pageOf } from "../api/schemas.ts";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";
import { table } from "../table.ts";

/** `causeway list`: all jobs, newest first. */
export function addList(program: Command, context: CliContext): void {
  const command = program
    .command("list")
    .option("--json", "print JSON, one job a line")
    .description("list jobs, newest first")
    .action(async (options: { readonly json?: boolean }) => {
      const rows: string[][] = [];
      for await (const job of jobs(context)) {
        if (options.json === true) context.say(JSON.stringify(job));
        else rows.push([job.name, job.jobState, job.createdAt, job.endedAt ?? "", job.id]);
      }
      if (options.json !== true) context.say(table([["NAME", "STATE", "CREATED", "ENDED", "ID"], ...rows]));
    });
  withExamples(command, ["causeway list", "causeway list --json | jq -r .name"]);
}

async function* jobs(context: CliContext): AsyncGenerator<Job> {
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor === "" ? "?limit=100" : `?limit=100&cursor=${encodeURIComponent(cursor)}`;
    const call = { method: "GET", path: `/jobs${query}`, signal: context.stopping } as const;
    const page: { items: Job[]; nextCursor: string | null } = await context.api.json(pageOf(jobSchema), call);
    yield* page.items;
    cursor = page.nextCursor;
  }
}
