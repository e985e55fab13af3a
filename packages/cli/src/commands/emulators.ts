import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";

interface EmulatorOptions {
  readonly s3Port: string;
  readonly ossPort: string;
  readonly data?: string;
  readonly config?: string;
  readonly faults?: string;
  readonly json?: boolean;
}

/** The emulators' own program. */
export const emulatorsMain = fileURLToPath(import.meta.resolve("@causeway/emulators/main.ts"));

/** `causeway emulators`: an S3 and an OSS store on this machine, until Ctrl-C. */
export function addEmulators(program: Command, context: CliContext): void {
  const command = program
    .command("emulators")
    .option("--s3-port <port>", "0: any free one", "0")
    .option("--oss-port <port>", "0: any free one", "0")
    .option("--data <folder>", "keep objects in this folder instead of in memory")
    .option("--config <file>", "regions, credentials and buckets, as JSON")
    .option("--faults <file>", "a plan of faults to inject, as JSON")
    .option("--json", "print URLs and credentials as one line of JSON")
    .description("run an S3 and an OSS store on this machine")
    .action(async (options: EmulatorOptions) => {
      const valued = { data: options.data, config: options.config, faults: options.faults };
      const args = ["--s3-port", options.s3Port, "--oss-port", options.ossPort];
      for (const [name, value] of Object.entries(valued)) if (value !== undefined) args.push(`--${name}`, value);
      if (options.json === true) args.push("--json");
      const child = spawn(process.execPath, [emulatorsMain, ...args], { stdio: "inherit" });
      context.stopping.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
      const [code] = await once(child, "exit");
      if (code !== 0 && !context.stopping.aborted) context.endWith(2);
    });
  withExamples(command, [
    "causeway emulators --s3-port 9000 --oss-port 9001",
    "causeway emulators --data ./stores --faults faults.json --json",
  ]);
}
