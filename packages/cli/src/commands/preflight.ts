import type { Command } from "commander";
import { readFile } from "node:fs/promises";
import { costOf } from "@causeway/shared/domain/preflight/money.ts";
import { type PriceList, readPriceList } from "@causeway/shared/domain/preflight/prices.ts";
import type { PreflightResult } from "@causeway/shared/preflight/run.ts";
import { preflightResultSchema } from "@causeway/shared/domain/preflight/result.ts";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";
import { readJobFile } from "../jobcfg/read-job-file.ts";
import { lookFromHere } from "../preflight/from-here.ts";
import { preflightText } from "../preflight/text.ts";
import { refusal } from "../refusal.ts";
import { createPaint } from "../screen/screen.ts";
import { wholeNumber } from "../whole-number.ts";

interface PreflightOptions {
  readonly objects?: number;
  readonly bytes?: number;
  readonly pathBytesPerSecond?: number;
  readonly prices?: string;
  readonly here?: boolean;
  readonly json?: boolean;
}

/** A preflight is a chain of checks that may each take 15 seconds. */
const answerWithinMs = 150_000;

/** `causeway preflight FILE`: looks at everything that a job needs, and submits nothing. */
export function addPreflight(program: Command, context: CliContext): void {
  const most = Number.MAX_SAFE_INTEGER;
  const command = program
    .command("preflight")
    .argument("<file>", "a JSON job, or OSSImport's job.cfg or local_job.cfg")
    .option("--objects <n>", "how many objects there are, where you know", wholeNumber(0, most))
    .option("--bytes <n>", "how many bytes they have", wholeNumber(0, most))
    .option("--path-bytes-per-second <n>", "what the path carries", wholeNumber(1, most))
    .option("--prices <file>", "prices of your own, as docs/prices.md shows")
    .option("--here", "look at the stores from this host instead of the API's, without Redis, journal and workers")
    .option("--json", "print JSON")
    .description("look at everything that a job needs before a byte moves")
    .action((file: string, options: PreflightOptions) => preflight(context, file, options));
  withExamples(command, [
    "causeway preflight job.json",
    "causeway preflight local_job.cfg --objects 250000000 --bytes 80000000000000",
    "causeway preflight job.json --here        # on a worker's host: what the private path looks like from there",
    "causeway preflight job.json --json | jq '.lines[] | select(.state != \"ok\")'",
  ]);
}

async function preflight(context: CliContext, file: string, options: PreflightOptions): Promise<void> {
  const { body, warnings } = await readJobFile(file);
  for (const warning of warnings) context.note(`warning: ${warning}`);
  const prices = options.prices === undefined ? undefined : await pricesOf(options.prices);
  const looked =
    options.here === true ? await lookFromHere(context, body, options) : await askApi(context, body, options);
  const result = prices === undefined ? looked : priced(looked, prices);
  if (options.json === true) context.say(JSON.stringify(result));
  else context.print(preflightText(result, createPaint(context.screen)));
  if (result.verdict === "failure") context.endWith(1);
}

async function askApi(context: CliContext, body: unknown, options: PreflightOptions): Promise<PreflightResult> {
  const query = new URLSearchParams();
  for (const name of ["objects", "bytes", "pathBytesPerSecond"] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, String(value));
  }
  return context.api.json(preflightResultSchema, {
    method: "POST",
    path: `/preflight?${query.toString()}`,
    body,
    signal: context.stopping,
    withinMs: answerWithinMs,
  });
}

async function pricesOf(file: string): Promise<PriceList> {
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw refusal(`The price list ${file} cannot be read: ${error.message}`);
  });
  const read = readPriceList(text);
  if ("prices" in read) return read.prices;
  throw refusal(`The price list ${file} cannot be used: ${read.fault}. docs/prices.md shows its form.`);
}

function priced(result: PreflightResult, prices: PriceList): PreflightResult {
  if (result.estimate === null) return result;
  return { ...result, estimate: { ...result.estimate, cost: costOf(result.estimate.quantities, prices) } };
}
