import { Fault } from "../domain/fault.ts";
import type { SourceObject } from "../domain/object.ts";
import { compareKeys } from "../domain/key-order.ts";
import { failure, ok, warning } from "../domain/preflight/line.ts";
import type { SourceSample } from "../domain/preflight/sample.ts";
import type { ObjectSource } from "../ports/object-source.ts";
import type { Looked, Looking } from "./check.ts";
import { isUnseenHere, type PreflightStores } from "./stores.ts";

const mostPages = 10;
const keysPerPage = 1000;
/** Where a long listing is looked at beyond its first pages: behind these beginnings of keys. */
const jumps = ["0", "5", "A", "M", "a", "m", "~", "中"];
const keysPerJump = 200;

/** Lists a sample of the source: whole if it is small, else its first keys and some from further on. */
export async function listSource(stores: PreflightStores, looking: Looking): Promise<Looked<SourceSample | undefined>> {
  try {
    const sample = await sampleOf(stores.source(), stores.spec.source.prefix, looking);
    const { objects, whole } = sample;
    const message = whole
      ? `The credentials may list the bucket: ${objects.length} objects below the prefix.`
      : `The credentials may list the bucket; ${objects.length} objects were sampled.`;
    return { findings: [ok(message)], value: sample };
  } catch (thrown) {
    if (isUnseenHere(thrown, stores, "source")) {
      const said = `The job names its source's credentials by reference, and this process does not hold them (${thrown.said ?? thrown.code}).`;
      const cure =
        "Give the API the same environment or role as masters and workers, or look from a worker's host with --here.";
      return { findings: [warning(said, cure)], value: undefined };
    }
    if (await isPaidByRequester(thrown, stores, looking)) {
      const cure =
        'Set source.requesterPays to true ("requesterPays": true); requests and transfer are then charged to you.';
      return { findings: [failure("The bucket lets only those list it who pay for it.", cure)], value: undefined };
    }
    throw thrown;
  }
}

async function sampleOf(source: ObjectSource, prefix: string, looking: Looking): Promise<SourceSample> {
  const objects: SourceObject[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = await listed(source, { prefix, after, limit: keysPerPage }, looking);
    objects.push(...page.objects);
    if (!page.more) return { objects, whole: true };
    after = page.last;
  }
  const further = jumps
    .map((jump) => prefix + jump)
    .filter((start) => after === undefined || compareKeys(start, after) > 0);
  const pages = await Promise.all(
    further.map((start) => listed(source, { prefix, after: start, limit: keysPerJump }, looking)),
  );
  const seen = new Map([...objects, ...pages.flatMap((page) => page.objects)].map((object) => [object.key, object]));
  return { objects: [...seen.values()], whole: false };
}

function listed(source: ObjectSource, request: Parameters<ObjectSource["listPage"]>[0], { tried, signal }: Looking) {
  return tried(() => source.listPage(request, { signal }));
}

/** S3 refuses such buckets with the same words as any other: only asking again with the header tells. */
async function isPaidByRequester(thrown: unknown, stores: PreflightStores, { signal }: Looking): Promise<boolean> {
  if (!(thrown instanceof Fault) || thrown.code !== "SOURCE_ACCESS_DENIED") return false;
  if (stores.spec.source.requesterPays) return false;
  try {
    const request = { prefix: stores.spec.source.prefix, after: undefined, limit: 1 };
    await stores.sourceWith(true).listPage(request, { signal });
    return true;
  } catch {
    return false;
  }
}
