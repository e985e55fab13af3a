import { receiveDocument } from "./bodies.ts";
import { emptyAnswer, OWNER_ID, requireObject, xmlAnswer, type BucketOperation } from "./call.ts";
import { checkObjectAcl } from "./object-facts.ts";
import { readTaggingDocument, taggingDocument } from "./tagging.ts";
import { xmlDocument, xmlElement } from "../core/xml-writer.ts";

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
