import { Fault } from "../domain/fault.ts";
import { faultCodes } from "../domain/fault-codes.ts";
import type { SourceFacts, SourceObject } from "../domain/object.ts";
import { type ArchiveReading, isArchived, judgeArchived } from "../domain/preflight/archived.ts";
import { judgeEncryption, type ReadAttempt } from "../domain/preflight/encryption.ts";
import { judgeKeys } from "../domain/preflight/keys.ts";
import { failure, type Finding, ok, type PreflightLine, warning } from "../domain/preflight/line.ts";
import { judgeMetadata } from "../domain/preflight/metadata.ts";
import type { SourceSample } from "../domain/preflight/sample.ts";
import type { ObjectSource } from "../ports/object-source.ts";
import type { Looked, Looking, RunCheck } from "./check.ts";
import type { PreflightStores } from "./stores.ts";

const mostHeads = 24;
const mostArchived = 5;
const atATime = 8;

/** What reading some of the sample gave. */
interface SampleRead {
  readonly facts: readonly SourceFacts[];
  readonly attempts: readonly ReadAttempt[];
  readonly archive: ArchiveReading;
}

/** Reads some of the sampled objects, and judges what the sample and the readings show. */
export async function lookAtSample(
  run: RunCheck,
  stores: PreflightStores,
  sample: SourceSample,
): Promise<readonly PreflightLine[]> {
  const { spec } = stores;
  const { objects } = sample;
  const keys = await run("source.keys", async () => ({
    findings: [
      judgeKeys(
        objects.map(({ key }) => key),
        spec,
      ),
    ],
    value: null,
  }));
  const read = await run("source.read", (looking) => readSample(stores.source(), objects, looking));
  const seen = read.value ?? { facts: [], attempts: [], archive: { tried: 0, restored: 0 } };
  const lines: readonly PreflightLine[] = [
    { check: "source.encryption", ...judgeEncryption(seen.attempts) },
    { check: "source.archived", ...judgeArchived(objects, seen.archive, spec) },
  ];
  const metadata = { check: "source.metadata", ...judgeMetadata(seen.facts, spec) } as const;
  return [...read.lines, ...lines, ...keys.lines, metadata];
}

async function readSample(
  source: ObjectSource,
  objects: readonly SourceObject[],
  looking: Looking,
): Promise<Looked<SampleRead>> {
  const chosen = spreadOut(
    objects.filter((object) => !isArchived(object)),
    mostHeads,
  );
  const archived = spreadOut(objects.filter(isArchived), mostArchived);
  const facts: SourceFacts[] = [];
  const attempts: ReadAttempt[] = [];
  const faults: Fault[] = [];
  let restored = 0;
  await inTurns([...chosen, ...archived], async (object) => {
    let encryption: string | undefined;
    try {
      const found = await looking.tried(() => source.head(object.key, looking));
      if (found === undefined) return;
      facts.push(found);
      encryption = found.encryption;
      await looking.tried(() => readOneByte(source, object, looking));
      if (isArchived(object)) restored += 1;
      attempts.push({ key: object.key, encryption, refusal: undefined });
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      if (thrown.code === "SOURCE_ARCHIVED" || passes.has(thrown.code)) return;
      attempts.push({ key: object.key, encryption, refusal: thrown.said ?? thrown.code });
      faults.push(thrown);
    }
  });
  const value = { facts, attempts, archive: { tried: archived.length, restored } };
  return { findings: [judgeReads(chosen.length, faults)], value };
}

/** What may happen to any object between listing and reading, and says nothing of the job. */
const passes: ReadonlySet<string> = new Set(["SOURCE_CHANGING", "SOURCE_OBJECT_MISSING"]);

function judgeReads(tried: number, faults: readonly Fault[]): Finding {
  const [first] = faults;
  if (first === undefined && tried === 0) return warning("There was no object to be read.", "See source.list.");
  if (first === undefined) return ok(`The credentials may read: ${tried} sampled objects were opened.`);
  const { cure } = faultCodes[first.code];
  const said = `${faults.length} of ${tried} sampled objects could not be read: ${first.code}, ${first.said ?? ""}.`;
  return faults.length < tried ? warning(said, cure) : failure(said, cure);
}

async function readOneByte(
  source: ObjectSource,
  { key, etag, sizeBytes }: SourceObject,
  looking: Looking,
): Promise<void> {
  const range = sizeBytes === 0 ? undefined : { first: 0, last: 0 };
  const body = await source.read({ key, etag, range }, looking);
  // Leaving the loop leaves the body.
  for await (const chunk of body.chunks) if (chunk.length > 0) break;
}

/** Up to so many, evenly over the whole. */
function spreadOut<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  const step = items.length / most;
  return Array.from({ length: most }, (_, at) => items[Math.floor(at * step)]).filter((item) => item !== undefined);
}

async function inTurns<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const next = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await each(item);
  };
  await Promise.all(Array.from({ length: atATime }, next));
}
