import { Fault } from "../domain/fault.ts";
import type { OpenJobSpec } from "../domain/job-spec.ts";
import { failure, ok, type PreflightLine, warning } from "../domain/preflight/line.ts";
import { mappingRule, targetStorageClass } from "../domain/mapping.ts";
import type { TargetAttributes } from "../domain/object.ts";
import type { ObjectTarget, Upload } from "../ports/object-target.ts";
import { type Looked, type Looking, ofFault, orAborted, type RunCheck } from "./check.ts";
import type { PreflightStores } from "./stores.ts";

const body = Buffer.from("Causeway looked whether it may write here. This object may be deleted.\n");
const cleaningMs = 10_000;
/** How long a step that was broken off may take to hear of it. */
const hearingMs = 2000;

/** What a probe may leave behind, and the steps that may still be writing it. */
interface Traces {
  readonly keys: { readonly whole: string; readonly parts: string };
  readonly uploads: Upload[];
  readonly steps: Promise<unknown>[];
  state: "there" | "removed";
}

/**
 * Writes a probe object below the target's prefix, in one piece and in parts, and takes it away again. Whatever fails on
 * the way, and also when nobody waits for the answer any more, the deletion is tried.
 */
export async function probeTarget(
  run: RunCheck,
  stores: PreflightStores,
  probeName: string,
): Promise<readonly PreflightLine[]> {
  const name = `${stores.spec.target.prefix}${probeName}`;
  const keys = { whole: name, parts: `${name}-parts` };
  const traces: Traces = { keys, uploads: [], steps: [], state: "there" };
  const attributes = probeAttributes(stores.spec);
  const noted = <T>(step: Promise<T>): Promise<T> => {
    traces.steps.push(step);
    return step;
  };
  try {
    const write = await run("target.write", (looking) =>
      noted(writeWhole(stores.target(), keys.whole, attributes, looking)),
    );
    const multipart = await run("target.multipart", (looking) =>
      noted(writeParts(stores.target(), { key: keys.parts, attributes, uploads: traces.uploads }, looking)),
    );
    const removal = await run("target.delete", (looking) => removeProbes(stores.target(), keys, looking));
    if (removal.value === "removed") traces.state = "removed";
    return [...write.lines, ...multipart.lines, ...removal.lines];
  } finally {
    await leaveNothing(stores, traces);
  }
}

async function writeWhole(
  target: ObjectTarget,
  key: string,
  attributes: TargetAttributes,
  looking: Looking,
): Promise<Looked<null>> {
  const request = { key, payload: { bytes: body }, attributes, ifThere: "replace" } as const;
  const stored = await looking.tried(() => target.put(request, looking));
  const found = await looking.tried(() => target.head(key, looking));
  const findings = [ok("The credentials may write an object and read its head.")];
  if (stored !== "exists" && (stored.crc64 === undefined || found?.crc64 === undefined)) {
    const cure = "Use an endpoint of OSS itself: a gateway in between drops x-oss-hash-crc64ecma.";
    return { findings: [warning("The target tells no CRC-64, so nothing can be verified.", cure)], value: null };
  }
  return { findings, value: null };
}

/** One upload is completed, another one is aborted: both are permissions of their own. */
async function writeParts(
  target: ObjectTarget,
  {
    key,
    attributes,
    uploads,
  }: { readonly key: string; readonly attributes: TargetAttributes; readonly uploads: Upload[] },
  looking: Looking,
): Promise<Looked<null>> {
  const { uploads: multipart } = target;
  const begin = async () => {
    const upload = await looking.tried(() => multipart.begin(key, attributes, looking));
    uploads.push(upload);
    return upload;
  };
  const completed = await begin();
  const part = await looking.tried(() => multipart.putPart(completed, 1, { bytes: body }, looking));
  await looking.tried(() => multipart.parts(completed, looking));
  await multipart.complete(completed, [part], looking);
  const aborted = await begin();
  await looking.tried(() => multipart.abort(aborted, looking));
  uploads.length = 0;
  return { findings: [ok("The credentials may begin, fill, list, complete and abort uploads in parts.")], value: null };
}

async function removeProbes(
  target: ObjectTarget,
  keys: { readonly whole: string; readonly parts: string },
  looking: Looking,
): Promise<Looked<"removed" | "kept">> {
  for (const key of [keys.whole, keys.parts]) {
    try {
      await looking.tried(() => target.remove(key, looking));
    } catch (thrown) {
      if (!(thrown instanceof Fault) || looking.signal.aborted) throw thrown;
      const { message } = ofFault(thrown);
      const cure = `Allow oss:DeleteObject below the prefix, and delete ${keys.whole} and ${keys.parts} yourself if they are there.`;
      return { findings: [failure(message, cure)], value: "kept" };
    }
  }
  return { findings: [ok("The credentials may delete; the probe object is gone.")], value: "removed" };
}

/** Best effort, with time of its own: the lines have told what does not work. */
async function leaveNothing(stores: PreflightStores, { keys, uploads, steps, state }: Traces): Promise<void> {
  // A step that was broken off may be writing until it hears of it.
  await orAborted(Promise.allSettled(steps), AbortSignal.timeout(hearingMs)).catch(() => undefined);
  const options = { signal: AbortSignal.timeout(cleaningMs) };
  const left = state === "removed" ? [] : Object.values(keys);
  const removals = [
    ...uploads.map(async (upload) => stores.target().uploads.abort(upload, options)),
    ...left.map(async (key) => stores.target().remove(key, options)),
  ];
  await Promise.allSettled(removals);
}

/** What a probe object carries: as little as the job allows. */
export function probeAttributes(spec: OpenJobSpec): TargetAttributes {
  const rule = mappingRule("", spec);
  return {
    headers: { "content-type": "text/plain" },
    userMetadata: {},
    storageClass: targetStorageClass("STANDARD", rule),
    serverSideEncryption: rule.serverSideEncryption,
  };
}
