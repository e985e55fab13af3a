import { Option, type Command } from "commander";
import { path } from "../api/client.ts";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";

/** `causeway report JOB`: what a job did. */
export function addReport(program: Command, context: CliContext): void {
  const command = program
    .command("report")
    .argument("<job>", "a job's name or id")
    .addOption(
      new Option("--format <format>", "the form of the report").choices(["text", "json", "csv"]).default("text"),
    )
    .option("--json", "the same as --format json")
    .description("show what a job did")
    .action(async (job: string, options: { readonly format: string; readonly json?: boolean }) => {
      const format = options.json === true ? "json" : options.format;
      const call = {
        method: "GET",
        path: `${path`/jobs/${job}/report`}?format=${format}`,
        signal: context.stopping,
      } as const;
      const report = await context.api.text({ ...call, accept: "*/*" });
      context.print(report.endsWith("\n") ? report : `${report}\n`);
    });
  withExamples(command, ["causeway report local_test", "causeway report local_test --format csv > report.csv"]);
}
