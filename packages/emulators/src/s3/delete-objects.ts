import { hash } from "node:crypto";

import { gather } from "../core/body.ts";
import { readXml, textOf } from "../core/xml-reader.ts";
import { xmlElement } from "../core/xml-writer.ts";
import { alone, emptyAnswer, xmlAnswer, type BucketOperation, type ServiceCall } from "./call.ts";
import { createChecksum } from "./checksums.ts";
import { announcedAlgorithm, announcedMd5, checkAnnounced } from "./proof.ts";
import { refuse } from "./refusal.ts";

const MAX_KEYS = 1000;
const BODY_BYTES = 2 * 1024 * 1024;

/** Deleting what is not there succeeds too. */
export const deleteObject: BucketOperation = async (call, world) => {
  await alone(call, world, () => call.store.remove(call.key));
  return emptyAnswer(call, 204);
};

export const deleteObjects: BucketOperation = async (call, world) => {
  const document = readXml((await provenBody(call)).toString("utf8"));
  if (document?.name !== "Delete") throw refuse("MalformedXML");
  const keys = document.children.filter(({ name }) => name === "Object").map((entry) => textOf(entry, "Key"));
  if (keys.length === 0 || keys.length > MAX_KEYS || keys.includes(undefined)) throw refuse("MalformedXML");
  for (const key of keys) {
    if (key !== undefined) await alone({ ...call, key }, world, () => call.store.remove(key));
  }
  const isQuiet = textOf(document, "Quiet") === "true";
  const deleted = isQuiet ? [] : keys.map((key = "") => `<Deleted>${xmlElement("Key", key)}</Deleted>`);
  return xmlAnswer(call, "DeleteResult", deleted.join(""));
};

/** A batch delete must prove its body: a flipped bit would delete another object. */
async function provenBody(call: ServiceCall): Promise<Buffer> {
  const md5 = announcedMd5(call);
  const algorithm = announcedAlgorithm(call);
  if (md5 === undefined && algorithm === undefined) {
    const message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*";
    throw refuse("InvalidRequest", { message });
  }
  const body = await gather(call.payload.content, BODY_BYTES);
  if (md5 !== undefined && md5 !== hash("md5", body, "hex")) throw refuse("BadDigest");
  if (algorithm !== undefined) {
    const checksum = await createChecksum(algorithm);
    checksum.update(body);
    checkAnnounced(call, algorithm, checksum.finish());
  }
  return body;
}
