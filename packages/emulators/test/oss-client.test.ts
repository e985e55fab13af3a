import assert from "node:assert/strict";
import dns from "node:dns";
import { after, before, mock, test } from "node:test";

import { OSSObject } from "oss-client";

import type { Emulator } from "../src/start.ts";
import { BUCKET, startOss } from "./oss-emulator.ts";

let oss: Emulator;
let client: OSSObject;

// oss-client puts the bucket before the endpoint's host, and not every resolver knows the names below localhost.
const loopback = (_name: string, options: dns.LookupOptions, done: (...result: unknown[]) => void) =>
  options.all === true ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

before(async () => {
  mock.method(dns, "lookup", loopback as typeof dns.lookup);
  oss = await startOss();
  client = clientOf(oss);
});
after(async () => {
  mock.restoreAll();
  await oss.close();
});

test("oss-client: objects and their metadata come back", async () => {
  await client.put("a/汉 +.txt", Buffer.from("content"), { meta: { colour: "blue" } });
  assert.equal((await client.get("a/汉 +.txt")).content.toString(), "content");
  const head = await client.head("a/汉 +.txt");
  assert.equal(head.meta?.["colour"], "blue");
  await client.putMeta("a/汉 +.txt", { colour: "red" });
  assert.equal((await client.head("a/汉 +.txt")).meta?.["colour"], "red");
  const { nextAppendPosition } = await client.append("appended", Buffer.from("one "));
  await client.append("appended", Buffer.from("two"), { position: nextAppendPosition });
  assert.equal((await client.get("appended")).content.toString(), "one two");
});

test("oss-client: copies, tags, ACLs and symlinks", async () => {
  await client.put("source", Buffer.from("source"));
  await client.copy("copy", "source");
  assert.equal((await client.get("copy")).content.toString(), "source");
  await client.putObjectTagging("copy", { a: "1", b: "2" });
  assert.deepEqual((await client.getObjectTagging("copy")).tag, { a: "1", b: "2" });
  await client.putACL("copy", "private");
  assert.equal((await client.getACL("copy")).acl, "private");
  await client.putSymlink("link", "copy", {});
  assert.equal((await client.getSymlink("link")).targetName, "copy");
});

test("oss-client: listings and deletions", async () => {
  for (const key of ["l/1", "l/2", "l/3/4"]) await client.put(key, Buffer.from(key));
  const first = await client.list({ prefix: "l/", delimiter: "/", "max-keys": 2 });
  assert.deepEqual([first.objects.map(({ name }) => name), first.isTruncated], [["l/1", "l/2"], true]);
  const second = await client.listV2({ prefix: "l/", delimiter: "/", "start-after": "l/2" });
  assert.deepEqual([second.objects, second.prefixes, second.keyCount], [[], ["l/3/"], 1]);
  await client.deleteMulti(["l/1", "l/2", "l/3/4"]);
  assert.equal((await client.listV2({ prefix: "l/" })).keyCount, 0);
});

test("oss-client: signed URLs and refusals", async () => {
  await client.put("signed", Buffer.from("by url"));
  const answer = await fetch(client.signatureUrl("signed", { expires: 60 }));
  assert.equal(await answer.text(), "by url");
  await assert.rejects(client.get("nowhere"), { code: "NoSuchKey", status: 404 });
  await assert.rejects(client.head("nowhere"), { status: 404 });
  await assert.rejects(clientOf({ ...oss, secretAccessKey: "wrong" }).get("signed"), { code: "SignatureDoesNotMatch" });
});

function clientOf({ url, accessKeyId, secretAccessKey }: Emulator): OSSObject {
  return new OSSObject({
    endpoint: url.replace("127.0.0.1", "localhost"),
    accessKeyId,
    accessKeySecret: secretAccessKey,
    bucket: BUCKET,
  });
}
