import { emptyAnswer, xmlAnswer, type BucketOperation } from "./call.ts";
import { receiveDocument } from "./bodies.ts";
import { checkKey } from "./key-rules.ts";
import { MAX_DELETED_TOGETHER } from "./limits.ts";
import { restoreName } from "./object-headers.ts";
import { encodeStrict } from "../core/percent.ts";
import { refuse } from "./refusal.ts";
import { readXml, textOf } from "../core/xml-reader.ts";
import { xmlDocument, xmlElement } from "../core/xml-writer.ts";

/** DeleteObject: 204, also where there was nothing. */
export const deleteObject: BucketOperation = async (call, world) => {
  await call.store.remove(call.key);
  world.restoredAtMs.delete(restoreName(call.bucketName, call.key));
  return emptyAnswer(204);
};

/** DeleteMultipleObjects: up to 1,000 keys; names each as deleted, also those that were not there, unless asked to be quiet. */
export const deleteMultipleObjects: BucketOperation = async (call, world) => {
  if (call.exchange.headers["content-md5"] === undefined) {
    throw refuse("MissingArgument", { elements: { ArgumentName: "Content-MD5" } });
  }
  const root = readXml(await receiveDocument(call));
  const objects = root?.children.filter(({ name }) => name === "Object") ?? [];
  if (root?.name !== "Delete" || objects.length === 0 || objects.length > MAX_DELETED_TOGETHER) {
    throw refuse("MalformedXML");
  }
  const keys = objects.map((object) => textOf(object, "Key") ?? "");
  for (const key of keys) checkKey(key);
  for (const key of keys) {
    await call.store.remove(key);
    world.restoredAtMs.delete(restoreName(call.bucketName, key));
  }
  const isEncoded = call.exchange.query.get("encoding-type") === "url";
  const isQuiet = textOf(root, "Quiet")?.trim() === "true";
  const deleted = isQuiet
    ? []
    : keys.map((key) => `<Deleted>${xmlElement("Key", isEncoded ? encodeStrict(key) : key)}</Deleted>`);
  return xmlAnswer(
    xmlDocument("DeleteResult", (isEncoded ? xmlElement("EncodingType", "url") : "") + deleted.join("")),
  );
};
