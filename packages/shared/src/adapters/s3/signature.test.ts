import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";

import { locate } from "../http/location.ts";
import { encodeQueries } from "../http/percent.ts";
import { oddKeys } from "../../testing/object-keys.ts";
import { createS3Signer } from "./signature.ts";

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

const credentials = { accessKeyId: "AKIA", secretAccessKey: "secret/+=", sessionToken: "token+/=" };
const endpoint = "http://127.0.0.1:1";

/** What the SDK would send; nothing leaves the process. */
async function capture(command: GetObjectCommand | ListObjectsV2Command): Promise<Sent> {
  const sent: Sent[] = [];
  const client = new S3Client({
    endpoint,
    region: "ap-northeast-1",
    forcePathStyle: true,
    credentials,
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: Sent) => {
        sent.push(request);
        throw new Error("captured");
      },
    },
  });
  await assert.rejects(command instanceof GetObjectCommand ? client.send(command) : client.send(command), /captured/);
  const [first] = sent;
  assert.ok(first);
  return first;
}

/** Signs what the SDK sent, covering the very headers that it covered, at the time that it took. */
function signAgain({ method, path, query, headers }: Sent): string | undefined {
  const covered = /SignedHeaders=([^,]+)/.exec(headers["authorization"] ?? "")?.[1]?.split(";") ?? [];
  const amzHeaders = Object.fromEntries(covered.map((name) => [name, headers[name] ?? ""]));
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers["x-amz-date"] ?? "") ?? [];
  const nowMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const request = { method, path, query: encodeQueries(query, "equals"), host: headers["host"] ?? "", amzHeaders };
  return createS3Signer("ap-northeast-1")(request, credentials, nowMs)["authorization"];
}

describe("signatures of S3", () => {
  for (const key of oddKeys) {
    test(`path and signature of ${JSON.stringify(key)} are what the SDK computes`, async () => {
      const sent = await capture(new GetObjectCommand({ Bucket: "bucket-1", Key: key, ChecksumMode: "ENABLED" }));
      assert.equal(locate(endpoint, "bucket-1", "path").pathOf(key), sent.path);
      assert.equal(signAgain(sent), sent.headers["authorization"]);
    });
  }

  test("the signature of a listing is what the SDK computes", async () => {
    const sent = await capture(
      new ListObjectsV2Command({
        Bucket: "bucket-1",
        Prefix: "a b/日",
        StartAfter: "a b/+~*'()!",
        MaxKeys: 1000,
        EncodingType: "url",
      }),
    );
    assert.equal(signAgain(sent), sent.headers["authorization"]);
  });

  test("a signer that has signed another request signs as a fresh one does, whatever has changed since", () => {
    const amzHeaders = { "x-amz-checksum-mode": "ENABLED" };
    const request = { method: "GET", path: "/bucket-1/a", query: "", host: "127.0.0.1:1", amzHeaders };
    const nowMs = Date.parse("2026-01-02T23:59:59Z");
    const signer = createS3Signer("ap-northeast-1");
    const calls: readonly Parameters<typeof signer>[] = [
      [request, credentials, nowMs],
      [{ ...request, path: "/bucket-1/b" }, credentials, nowMs + 999],
      [request, credentials, nowMs + 1000],
      [{ ...request, host: "127.0.0.1:2" }, credentials, nowMs],
      [{ ...request, amzHeaders: {} }, credentials, nowMs],
      [{ ...request, method: "PUT", bytes: Buffer.from("one") }, credentials, nowMs],
      [{ ...request, method: "PUT", bytes: Buffer.from("two") }, credentials, nowMs],
      [request, { ...credentials, secretAccessKey: "another" }, nowMs],
      [request, { ...credentials, sessionToken: undefined }, nowMs],
    ];
    for (const call of calls) {
      signer(request, credentials, nowMs)["authorization"] = "what a caller does with his headers stays with him";
      assert.deepEqual(signer(...call), createS3Signer("ap-northeast-1")(...call));
    }
  });
});
