import { receiveDocument } from "./bodies.ts";
import { emptyAnswer, OWNER_ID, requireObject, xmlAnswer, type BucketOperation } from "./call.ts";
import { checkObjectAcl } from "./object-facts.ts";
import { restoreName, restoreStateOf } from "./object-headers.ts";
import { refuse } from "./refusal.ts";
import { readTaggingDocument, taggingDocument } from "./tagging.ts";
import { readXml, textOf } from "./xml-reader.ts";
import { xmlDocument, xmlElement } from "./xml-writer.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

export const putObjectAcl: BucketOperation = async (call) => {
  const acl = checkObjectAcl(call.exchange.headers["x-oss-object-acl"] ?? "");
  await requireObject(call);
  await call.store.amend(call.key, { acl });
  return emptyAnswer(200);
};

export const getObjectAcl: BucketOperation = async (call) => {
  const object = await requireObject(call);
  return xmlAnswer(aclDocument(object.acl));
};

/** The policy of an object or a bucket: one owner, one grant. */
export function aclDocument(acl: string): Buffer {
  const owner = `<Owner>${xmlElement("ID", OWNER_ID)}${xmlElement("DisplayName", OWNER_ID)}</Owner>`;
  return xmlDocument(
    "AccessControlPolicy",
    `${owner}<AccessControlList>${xmlElement("Grant", acl)}</AccessControlList>`,
  );
}

export const putObjectTagging: BucketOperation = async (call) => {
  const tags = readTaggingDocument(await receiveDocument(call));
  await requireObject(call);
  await call.store.amend(call.key, { tags });
  return emptyAnswer(200);
};

export const getObjectTagging: BucketOperation = async (call) => {
  const object = await requireObject(call);
  return xmlAnswer(taggingDocument(object.tags));
};

export const deleteObjectTagging: BucketOperation = async (call) => {
  await requireObject(call);
  await call.store.amend(call.key, { tags: [] });
  return emptyAnswer(204);
};

/** RestoreObject: 202 starts it, 409 while it runs, 200 prolongs what is restored, 400 for what was never archived. */
export const restoreObject: BucketOperation = async (call, world) => {
  const object = await requireObject(call);
  const restore = restoreStateOf(object, call.bucketName, world, call.nowMs);
  if (restore.state === "warm") throw refuse("OperationNotSupported");
  if (restore.state === "ongoing") throw refuse("RestoreAlreadyInProgress");
  const durationMs = readDays(await receiveDocument(call)) * DAY_MS;
  if (restore.state === "restored") {
    await call.store.amend(call.key, { restoredUntilMs: call.nowMs + durationMs });
    return emptyAnswer(200);
  }
  const doneMs = call.nowMs + world.restoreMs;
  await call.store.amend(call.key, { restoredUntilMs: doneMs + durationMs });
  world.restoredAtMs.set(restoreName(call.bucketName, call.key), doneMs);
  return emptyAnswer(202);
};

/** Without a document an object stays restored for one day. */
function readDays(source: string): number {
  if (source === "") return 1;
  const days = Number(textOf(readXml(source), "Days") ?? Number.NaN);
  if (Number.isInteger(days) && days >= 1 && days <= 365) return days;
  throw refuse("MalformedXML");
}
