import type { StoredObject } from "../core/bucket.ts";
import { receiveDocument } from "./bodies.ts";
import { emptyAnswer, requireObject, type BucketOperation } from "./call.ts";
import { restoreName, restoreStateOf } from "./object-headers.ts";
import { refuse } from "./refusal.ts";
import { childOf, readXml, textOf } from "../core/xml-reader.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_DAYS = 365;
/** How urgent a restore can be, by the archive classes that know urgency. */
const TIERS: Readonly<Record<string, readonly string[]>> = {
  ColdArchive: ["Expedited", "Standard", "Bulk"],
  DeepColdArchive: ["Expedited", "Standard"],
};

/** RestoreObject: 202 starts it, 409 while it runs, 200 prolongs what is restored, 400 for what was never archived. */
export const restoreObject: BucketOperation = async (call, world) => {
  const object = await requireObject(call);
  const restore = restoreStateOf(object, call.bucketName, world, call.nowMs);
  if (restore.state === "warm") throw refuse("OperationNotSupported");
  const asked = readRequest(await receiveDocument(call), object);
  if (restore.state === "ongoing") throw refuse("RestoreAlreadyInProgress");
  const durationMs = asked.days * DAY_MS;
  if (restore.state === "restored") {
    await call.store.amend(call.key, { restoredUntilMs: call.nowMs + durationMs });
    return emptyAnswer(200);
  }
  const doneMs = call.nowMs + world.restoreMs;
  await call.store.amend(call.key, { restoredUntilMs: doneMs + durationMs });
  world.restoredAtMs.set(restoreName(call.bucketName, call.key), doneMs);
  return emptyAnswer(202, asked.tier === undefined ? {} : { "x-oss-object-restore-priority": asked.tier });
};

interface RestoreRequest {
  readonly days: number;
  readonly tier: string | undefined;
}

/** Without a document an object stays restored for one day; only the cold classes may be asked for a tier. */
function readRequest(source: string, object: StoredObject): RestoreRequest {
  const tiers = TIERS[object.storageClass];
  const root = source === "" ? undefined : readXml(source);
  if (source !== "" && root?.name !== "RestoreRequest") throw refuse("MalformedXML");
  const days = Number(textOf(root, "Days") ?? 1);
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) throw refuse("MalformedXML");
  const parameters = childOf(root, "JobParameters");
  if (parameters !== undefined && tiers === undefined) throw refuse("MalformedXML");
  const tier = tiers === undefined ? undefined : (textOf(parameters, "Tier") ?? "Standard");
  if (tier !== undefined && tiers?.includes(tier) !== true) throw refuse("MalformedXML");
  return { days, tier };
}
