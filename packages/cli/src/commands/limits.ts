import type { Command } from "commander";
import { z } from "zod";
import { path } from "../api/client.ts";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";
import { wholeNumber } from "../whole-number.ts";

interface LimitOptions {
  readonly bytesPerSecond?: number;
  readonly requestsPerSecond?: number;
  readonly weight?: number;
  readonly json?: boolean;
}

const limitedSchema = z.looseObject({
  name: z.string(),
  weight: z.number(),
  limits: z.looseObject({
    bytesPerSecond: z.number(),
    requestsPerSecond: z.number(),
    timetable: z.array(z.unknown()),
  }),
});

/** `causeway limits JOB`: shows what a job may use of the path, or changes it while it runs. */
export function addLimits(program: Command, context: CliContext): void {
  const command = program
    .command("limits")
    .argument("<job>", "a job's name or id")
    .option("--bytes-per-second <n>", "0: no limit", wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option("--requests-per-second <n>", "0: no limit", wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option("--weight <n>", "its share beside other jobs, 1 to 100", wholeNumber(1, 100))
    .option("--json", "print JSON")
    .description("show or change a job's limits")
    .action(async (job: string, options: LimitOptions) => {
      const at = path`/jobs/${job}`;
      const now = await context.api.json(limitedSchema, { method: "GET", path: at, signal: context.stopping });
      const { bytesPerSecond, requestsPerSecond, weight } = options;
      const changes = bytesPerSecond ?? requestsPerSecond ?? weight;
      const body = {
        limits: {
          ...now.limits,
          ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
          ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
        },
        weight: weight ?? now.weight,
      };
      const call = { method: "PATCH", path: at, body, signal: context.stopping } as const;
      const shown = changes === undefined ? now : await context.api.json(limitedSchema, call);
      if (options.json === true) context.say(JSON.stringify({ limits: shown.limits, weight: shown.weight }));
      else context.say(sentence(shown));
    });
  withExamples(command, [
    "causeway limits local_test",
    "causeway limits local_test --bytes-per-second 12500000",
    "causeway limits local_test --requests-per-second 0 --weight 10",
  ]);
}

function sentence({ name, limits, weight }: z.infer<typeof limitedSchema>): string {
  const windows = limits.timetable.length === 0 ? "" : `, ${limits.timetable.length} windows in its timetable`;
  return `${name}: ${rate(limits.bytesPerSecond, "bytes")}, ${rate(limits.requestsPerSecond, "requests")}, weight ${weight}${windows}`;
}

function rate(value: number, unit: string): string {
  return value === 0 ? `any number of ${unit}/s` : `${value} ${unit}/s`;
}
