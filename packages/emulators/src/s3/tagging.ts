import { emptyAnswer, readDocument, requireObject, xmlAnswer, type BucketOperation } from "./call.ts";
import { readTagSet, tagSetXml } from "./tags.ts";

export const getObjectTagging: BucketOperation = async (call) => {
  const { tags } = await requireObject(call);
  return xmlAnswer(call, "Tagging", tagSetXml(tags));
};

export const putObjectTagging: BucketOperation = async (call) => {
  await requireObject(call);
  const tags = readTagSet(await readDocument(call, "Tagging"));
  await call.store.amend(call.key, { tags });
  return emptyAnswer(call, 200);
};

export const deleteObjectTagging: BucketOperation = async (call) => {
  await requireObject(call);
  await call.store.amend(call.key, { tags: [] });
  return emptyAnswer(call, 204);
};
