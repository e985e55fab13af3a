import { crc64Combine } from "../core/crc64/crc64.ts";
import type { Draft, StoredObject } from "../core/bucket.ts";
import { hash } from "node:crypto";
import { receiveContent } from "./bodies.ts";
import { emptyAnswer, settingsOf, type BucketCall, type BucketOperation } from "./call.ts";
import { encryptionHeaders, readStatedFacts, type StatedFacts } from "./object-facts.ts";
import { restoreName } from "./object-headers.ts";
import { decodePercent } from "../core/percent.ts";
import { refuse } from "./refusal.ts";
import { PLAIN_FACTS, writeObject } from "./write-object.ts";

/** PutObject: the ETag is the content's MD5 in upper case. */
export const putObject: BucketOperation = async (call, world) => {
  refuseConditions(call);
  const stated = readStatedFacts(call.exchange, settingsOf(world, call.bucketName).storageClass);
  const draft = await receiveContent(call);
  const etag = draft.md5Hex.toUpperCase();
  try {
    await writeObject(call, world, [draft], {
      ...stated,
      ...PLAIN_FACTS,
      etag,
      md5Hex: draft.md5Hex,
      crc64: draft.crc64,
      lastModifiedMs: call.nowMs,
      objectType: "Normal",
    });
  } catch (error) {
    await draft.discard();
    throw error;
  }
  return emptyAnswer(200, {
    ...encryptionHeaders(stated.headers),
    etag: `"${etag}"`,
    "content-md5": Buffer.from(draft.md5Hex, "hex").toString("base64"),
    "x-oss-hash-crc64ecma": draft.crc64.toString(),
  });
};

const CONDITIONS = [
  ["if-match", "If-Match"],
  ["if-none-match", "If-None-Match"],
  ["if-modified-since", "If-Modified-Since"],
  ["if-unmodified-since", "If-Unmodified-Since"],
] as const;

/** OSS knows no conditional writes and says so. */
function refuseConditions(call: BucketCall): void {
  for (const [header, name] of CONDITIONS) {
    if (call.exchange.headers[header] === undefined) continue;
    throw refuse("NotImplemented", {
      message: "A header you provided implies functionality that is not implemented.",
      elements: { Header: name },
    });
  }
}

/** AppendObject: grows an appendable object when `position` is its length; 0 makes a new one. */
export const appendObject: BucketOperation = async (call, world) => {
  const position = readPosition(call.exchange.query.get("position"));
  const stated = readStatedFacts(call.exchange, settingsOf(world, call.bucketName).storageClass);
  return await world.locks.run(restoreName(call.bucketName, call.key), async () => {
    const existing = await call.store.stat(call.key);
    checkAppendable(existing, position);
    const added = await receiveContent(call);
    const kept = existing === undefined ? undefined : await call.store.draft(call.store.read(call.key, 0, position));
    const crc64 = kept === undefined ? added.crc64 : crc64Combine(kept.crc64, added.crc64, added.sizeBytes);
    const etag = hash("md5", `${existing?.etag ?? ""}${added.md5Hex}`, "hex").toUpperCase();
    await commitAppend(call, { kept, added, existing, stated, etag, crc64 });
    return emptyAnswer(200, {
      etag: `"${etag}"`,
      "x-oss-hash-crc64ecma": crc64.toString(),
      "x-oss-next-append-position": String(position + added.sizeBytes),
    });
  });
};

interface Append {
  readonly kept: Draft | undefined;
  readonly added: Draft;
  readonly existing: StoredObject | undefined;
  readonly stated: StatedFacts;
  readonly etag: string;
  readonly crc64: bigint;
}

/** Metadata is what the first append said; later ones change only the content. */
async function commitAppend(call: BucketCall, append: Append): Promise<void> {
  const { kept, added, existing, etag, crc64 } = append;
  const stated = existing ?? append.stated;
  await call.store.commit(call.key, kept === undefined ? [added] : [kept, added], {
    ...PLAIN_FACTS,
    headers: stated.headers,
    userMetadata: stated.userMetadata,
    storageClass: stated.storageClass,
    tags: stated.tags,
    // A later append may change the ACL and nothing else.
    acl: call.exchange.headers["x-oss-object-acl"] === undefined ? stated.acl : append.stated.acl,
    etag,
    md5Hex: undefined,
    crc64,
    lastModifiedMs: call.nowMs,
    objectType: "Appendable",
  });
}

function readPosition(text: string | undefined): number {
  if (text === undefined) throw refuse("MissingArgument", { elements: { ArgumentName: "position" } });
  if (!/^\d{1,15}$/u.test(text)) {
    throw refuse("InvalidArgument", {
      message: "The append position must be a number that is not negative.",
      elements: { ArgumentName: "position", ArgumentValue: text },
    });
  }
  return Number(text);
}

function checkAppendable(existing: StoredObject | undefined, position: number): void {
  if (existing !== undefined && existing.objectType !== "Appendable") throw refuse("ObjectNotAppendable");
  const sizeBytes = existing?.sizeBytes ?? 0;
  if (position === sizeBytes) return;
  throw refuse("PositionNotEqualToLength", { headers: { "x-oss-next-append-position": String(sizeBytes) } });
}

/** PutSymlink: an object without content that names another one, which need not be there. */
export const putSymlink: BucketOperation = async (call, world) => {
  const target = decodePercent((call.exchange.headers["x-oss-symlink-target"] ?? "").replaceAll("+", " "));
  if (target === undefined || target === "") {
    throw refuse("InvalidArgument", { message: "x-oss-symlink-target is missing or malformed." });
  }
  const stated = readStatedFacts(call.exchange, settingsOf(world, call.bucketName).storageClass);
  const etag = hash("md5", target, "hex").toUpperCase();
  await writeObject(call, world, [], {
    ...PLAIN_FACTS,
    ...stated,
    etag,
    md5Hex: undefined,
    crc64: undefined,
    lastModifiedMs: call.nowMs,
    objectType: "Symlink",
    symlinkTarget: target,
  });
  return emptyAnswer(200, { etag: `"${etag}"` });
};
