import type { Command } from "commander";
import { path } from "../api/client.ts";
import { type Comparison, type Difference, compareSides } from "../compare/compare.ts";
import { createOssSide } from "../compare/oss-side.ts";
import { createS3Side } from "../compare/s3-side.ts";
import type { CliContext } from "../context.ts";
import { withExamples } from "../examples.ts";
import { readJobFile } from "../jobcfg/read-job-file.ts";
import { refusal } from "../refusal.ts";
import { type ComparedJob, comparedJobSchema, placesOf } from "./compare-places.ts";

interface CompareOptions {
  readonly file?: string;
  readonly content?: boolean;
  readonly metadata?: boolean;
  readonly json?: boolean;
}

/** More than this many differences are counted, not printed. */
const mostShown = 1000;
const objectsAtATime = 8;

/** `causeway compare JOB`: looks at both sides again, with nothing that copied them. */
export function addCompare(program: Command, context: CliContext): void {
  const command = program
    .command("compare")
    .argument("[job]", "a job's name or id; not needed with --file")
    .option("--file <file>", "the job's file, for its credentials (and for the job, where none is named)")
    .option("--content", "read both sides and compare every byte")
    .option("--metadata", "compare headers and user metadata too")
    .option("--json", "print JSON")
    .description("compare both sides of a job independently")
    .addHelpText(
      "after",
      "\nCredentials come from --file, or from SOURCE_ACCESS_KEY_ID, SOURCE_SECRET_ACCESS_KEY, SOURCE_SESSION_TOKEN and TARGET_….",
    )
    .action(async (name: string | undefined, options: CompareOptions) => {
      const inFile = options.file === undefined ? undefined : await jobInFile(options.file);
      const job = name === undefined ? inFile : await jobAtApi(context, name);
      if (job === undefined) throw refusal("Name a job, or give its file with --file.");
      const found = await compareJob(context, job, inFile, options);
      if (found.differences > 0) context.endWith(1);
    });
  withExamples(command, [
    "causeway compare local_test --content --file local_job.cfg",
    "causeway compare --file job.json --metadata",
  ]);
}

/** Compares and prints; the last line sums up. */
export async function compareJob(
  context: Pick<CliContext, "config" | "say" | "stopping">,
  job: ComparedJob,
  secrets: ComparedJob | undefined,
  options: CompareOptions,
): Promise<Comparison> {
  const places = placesOf(job, secrets, context.config);
  const sides = {
    source: createS3Side(places.source),
    target: createOssSide(places.target.place, places.target.credentials),
  };
  const shown: Difference[] = [];
  const tell = (difference: Difference): void => {
    if (shown.length >= mostShown) return;
    shown.push(difference);
    const { kind, key, detail } = difference;
    if (options.json !== true) context.say(`${kind.padEnd(10)} ${JSON.stringify(key)}  ${detail}`);
  };
  const rules = {
    mapping: places.mapping,
    content: options.content === true ? ("hash" as const) : ("skip" as const),
    metadata: options.metadata === true ? { dashesNames: job.keyRules.metadataNames === "dash" } : ("skip" as const),
    atATime: objectsAtATime,
  };
  try {
    const found = await compareSides(sides, rules, tell, context.stopping);
    if (options.json === true) context.say(JSON.stringify({ ...found, shown }));
    else sumUp(context, found);
    return found;
  } catch (error) {
    context.stopping.throwIfAborted();
    throw refusal(`The comparison broke off: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    sides.source.close();
    sides.target.close();
  }
}

function sumUp(context: Pick<CliContext, "say">, found: Comparison): void {
  if (found.differences > mostShown) context.say(`… ${found.differences - mostShown} more differences`);
  const objects = `${found.equalObjects}/${found.sourceObjects} objects`;
  context.say(`compared ${objects}, ${found.equalBytes}/${found.sourceBytes} bytes`);
}

async function jobInFile(file: string): Promise<ComparedJob> {
  const parsed = comparedJobSchema.safeParse((await readJobFile(file)).body);
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error.issues.map((issue) => `${file}: ${issue.path.join(".")} ${issue.message}`));
}

async function jobAtApi(context: CliContext, name: string): Promise<ComparedJob> {
  return context.api.json(comparedJobSchema, { method: "GET", path: path`/jobs/${name}`, signal: context.stopping });
}
