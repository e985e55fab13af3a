import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";
import { runQuickstart } from "../quickstart/run.ts";
import { wholeNumber } from "../whole-number.ts";

interface QuickstartOptions {
  readonly keep?: boolean;
  readonly objects?: number;
  readonly size: number;
  readonly workers: number;
  readonly json?: boolean;
}

/** `causeway quickstart`: a whole migration on this machine. */
export function addQuickstart(program: Command, context: CliContext): void {
  const command = program
    .command("quickstart")
    .option("--keep", "leave everything up until Ctrl-C, and print how to reach it")
    .option("--objects <n>", "copy so many computed objects instead of the 42", wholeNumber(1, 1e9))
    .option("--size <bytes>", "the size of each of them", wholeNumber(0, 1e12), 4096)
    .option("--workers <n>", "worker processes", wholeNumber(1, 64), 2)
    .option("--json", "print figures and comparison as JSON, a line each")
    .description("run a whole migration on this machine: Redis, stores, services, job, comparison")
    .action((options: QuickstartOptions) =>
      runQuickstart(context, {
        objects: options.objects,
        sizeBytes: options.size,
        workers: options.workers,
        afterwards: options.keep === true ? "keep" : "stop",
        output: options.json === true ? "json" : "text",
      }),
    );
  withExamples(command, [
    "causeway quickstart",
    "causeway quickstart --keep",
    "causeway quickstart --objects 10000 --size 4096 --workers 4",
  ]);
}
