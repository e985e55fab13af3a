import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { hash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import OSS from "ali-oss";

import { crc64Of } from "../src/core/crc64/crc64.ts";
import { createFaultPlan, faultPlanSchema, type FaultPlanInput } from "../src/core/faults.ts";
import { startEmulators } from "../src/start.ts";
import { ask, startOss } from "./oss-emulator.ts";
import { raw } from "./raw-request.ts";

const emulators = await startEmulators({
  s3: { buckets: { "bucket-one": { kind: "plain" } } },
});
after(() => emulators.close());

function clientOf(store: { url: string; region: string; accessKeyId: string; secretAccessKey: string }): S3Client {
  const client = new S3Client({
    endpoint: store.url,
    region: store.region,
    forcePathStyle: true,
    maxAttempts: 1,
    responseChecksumValidation: "WHEN_REQUIRED",
    credentials: store,
  });
  after(() => client.destroy());
  return client;
}

const s3 = clientOf(emulators.s3);
const Bucket = "bucket-one";
const content = "0123456789".repeat(20_000);
await s3.send(new PutObjectCommand({ Bucket, Key: "key", Body: content }));

async function read(Key = "key", abortSignal = AbortSignal.timeout(60_000)): Promise<string> {
  const got = await s3.send(new GetObjectCommand({ Bucket, Key }), { abortSignal });
  return (await got.Body?.transformToString()) ?? "";
}

async function withFaults(rules: FaultPlanInput["rules"], work: () => Promise<void>): Promise<void> {
  emulators.s3.setFaults({ rules });
  try {
    await work();
  } finally {
    emulators.s3.setFaults(undefined);
  }
}

function struck(rules: FaultPlanInput["rules"], keys: readonly string[], seed = 1): boolean[] {
  const plan = createFaultPlan(faultPlanSchema.parse({ seed, rules }));
  return keys.map((key) => plan.strike({ operation: "GetObject", key }).length > 0);
}

const manyKeys = Array.from({ length: 2000 }, (_, at) => `key-${at}`);
const count = (hits: readonly boolean[]) => hits.filter(Boolean).length;

test("a share strikes about so many, the same ones for the same seed and others for another", () => {
  for (const by of ["request", "key"] as const) {
    const hits = struck([{ fault: "503", share: 0.1, by }], manyKeys);
    assert.ok(count(hits) > 140 && count(hits) < 260, String(count(hits)));
    assert.deepEqual(struck([{ fault: "503", share: 0.1, by }], manyKeys), hits);
    assert.notDeepEqual(struck([{ fault: "503", share: 0.1, by }], manyKeys, 2), hits);
  }
  const twice = struck([{ fault: "503", share: 0.3, by: "key" }], [...manyKeys, ...manyKeys]);
  assert.deepEqual(twice.slice(0, 2000), twice.slice(2000));
});

test("a rule keeps to its operation, pattern, window and number of times", () => {
  const ten = manyKeys.slice(0, 10);
  assert.equal(count(struck([{ fault: "503", operation: ["PutObject", "HeadObject"] }], ten)), 0);
  assert.equal(count(struck([{ fault: "503", operation: ["PutObject", "GetObject"] }], ten)), 10);
  assert.deepEqual(struck([{ fault: "503", keyPattern: "-[34]$" }], ten).indexOf(true), 3);
  assert.equal(count(struck([{ fault: "503", fromRequest: 3, toRequest: 5 }], ten)), 3);
  assert.equal(count(struck([{ fault: "503", times: 4 }], ten)), 4);
  assert.deepEqual(struck([{ fault: "503", timesPerKey: 1 }], ["a", "a", "b", "a", "b"]), [
    true,
    false,
    true,
    false,
    false,
  ]);
});

test("a rule about an access key strikes what it signs, at either store, and nothing else", async () => {
  const credentials = { leaving: "secret of the one", staying: "secret of the other" };
  const buckets = { "bucket-one": { kind: "plain" } } as const;
  const stores = await startEmulators({ s3: { credentials, buckets }, oss: { credentials, buckets } });
  after(() => stores.close());
  const rule = { fault: "status", status: 403, code: "Expired", accessKeyId: "leaving" } as const;
  for (const store of [stores.s3, stores.oss]) store.setFaults({ rules: [rule] });
  for (const accessKeyId of ["leaving", "staying"] as const) {
    const secretAccessKey = credentials[accessKeyId];
    const put = clientOf({ ...stores.s3, accessKeyId, secretAccessKey }).send(
      new PutObjectCommand({ Bucket, Key: "key", Body: "x" }),
    );
    if (accessKeyId === "leaving") await assert.rejects(put, { name: "Expired" });
    else await put;
    for (const authorizationV4 of [false, true]) {
      const { url: endpoint, region } = stores.oss;
      const keys = { accessKeyId, accessKeySecret: secretAccessKey, authorizationV4 };
      const client = new OSS({ ...keys, endpoint, region: `oss-${region}`, bucket: Bucket });
      const sent = client.put("key", Buffer.from("x"));
      if (accessKeyId === "leaving") await assert.rejects(sent, { code: "Expired" });
      else await sent;
    }
  }
});

test("503, another status, and a page that is no store's", async () => {
  await withFaults([{ fault: "503" }], () => assert.rejects(read(), { name: "SlowDown" }));
  await withFaults([{ fault: "status", status: 500, code: "InternalError" }], () =>
    assert.rejects(read(), { name: "InternalError" }),
  );
  await withFaults([{ fault: "html" }], async () => assert.match(await read(), /not the store/));
  await withFaults([{ fault: "206" }], async () => {
    const { $metadata, ContentRange } = await s3.send(new GetObjectCommand({ Bucket, Key: "key" }));
    assert.deepEqual([$metadata.httpStatusCode, ContentRange], [206, "bytes 0-199999/200000"]);
  });
  await withFaults([{ fault: "503-with-delay", delayMs: 2000 }], async () => {
    const s3Answer = await raw(emulators.s3.url, { path: "/bucket-one/key" });
    assert.deepEqual([s3Answer.status, s3Answer.headers["retry-after"]], [503, "2"]);
    emulators.oss.setFaults({ rules: [{ fault: "503-with-delay", delayMs: 2000 }] });
    const ossAnswer = await raw(emulators.oss.url, { path: "/bucket-one/key" });
    assert.deepEqual([ossAnswer.status, ossAnswer.headers["x-oss-qos-delay-time"]], [503, "2000"]);
  });
});

test("a reset, a lost answer, and no answer at all", async () => {
  await withFaults([{ fault: "reset" }], () => assert.rejects(read(), /ECONNRESET|socket hang up/));
  await withFaults([{ fault: "hang" }], () =>
    assert.rejects(read("key", AbortSignal.timeout(500)), { name: "AbortError" }),
  );
  await withFaults([{ fault: "lost-answer" }], () =>
    assert.rejects(
      s3.send(new PutObjectCommand({ Bucket, Key: "lost", Body: "arrived" })),
      /ECONNRESET|socket hang up/,
    ),
  );
  assert.equal(await read("lost"), "arrived");
});

test("bodies cut, cut unnoticed, padded, flipped and stalled", async () => {
  const patience = AbortSignal.timeout(60_000);
  await withFaults([{ fault: "truncate", afterBytes: 1000 }], () => assert.rejects(read("key", patience)));
  assert.equal(patience.aborted, false);
  await withFaults([{ fault: "truncate", afterBytes: 1000, announce: "short" }], async () =>
    assert.equal((await read()).length, 1000),
  );
  await withFaults([{ fault: "pad", bytes: 5 }], async () => assert.equal((await read()).length, content.length + 5));
  const patienceLost = AbortSignal.timeout(500);
  await withFaults([{ fault: "stall", afterBytes: 1000 }], () => assert.rejects(read("key", patienceLost)));
  assert.equal(patienceLost.aborted, true);
  await withFaults([{ fault: "flip-byte", afterBytes: 7 }], async () => {
    // "7" with all its bits inverted is no UTF-8: one replacement character stands in its place.
    assert.equal(await read(), `0123456\uFFFD${content.slice(8)}`);
  });
  assert.equal(await read(), content);
});

test("a byte flipped on the way in is noticed by the checksum that came with it", async () => {
  await withFaults([{ fault: "flip-byte", side: "request", operation: "PutObject" }], () =>
    assert.rejects(s3.send(new PutObjectCommand({ Bucket, Key: "in", Body: "content" })), {
      name: "XAmzContentSHA256Mismatch",
    }),
  );
});

test("a body that is cut or padded on the way in is what the store has, unless a digest came with it", async () => {
  const oss = await startOss();
  after(() => oss.close());
  const rows = [
    { rule: { fault: "truncate", side: "request" }, arrived: "0123" },
    { rule: { fault: "truncate", side: "request", afterBytes: 6 }, arrived: "012345" },
    { rule: { fault: "pad", side: "request", bytes: 2 }, arrived: "01234567\0\0" },
  ] as const;
  const put = { method: "PUT", key: "bent", body: "01234567" };
  for (const { rule, arrived } of rows) {
    oss.setFaults({ rules: [rule] });
    const refused = await ask(oss, { ...put, headers: { "content-md5": hash("md5", put.body, "base64") } });
    assert.equal(refused.code, "InvalidDigest");
    const { status, headers } = await ask(oss, put);
    assert.deepEqual([status, headers["x-oss-hash-crc64ecma"]], [200, String(crc64Of(Buffer.from(arrived)))]);
    assert.equal((await ask(oss, { key: "bent" })).text, arrived);
  }
});

test("latency and bandwidth slow an answer and change nothing else", async () => {
  const started = performance.now();
  await withFaults(
    [
      { fault: "latency", ms: 100 },
      { fault: "bandwidth", bytesPerSecond: 1_000_000 },
    ],
    async () => {
      assert.equal(await read(), content);
    },
  );
  assert.ok(performance.now() - started > 290);
});

test("another process steers a running emulator: faults, counts, buckets", async () => {
  const { url } = emulators.s3;
  const admin = (method: string, path: string, body?: object) =>
    raw(url, {
      method,
      path: `/_emulator/${path}`,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
  assert.equal((await admin("PUT", "faults", { rules: [{ fault: "503", keyPattern: "^key$" }] })).status, 200);
  await assert.rejects(read(), { name: "SlowDown" });
  assert.match((await admin("GET", "faults")).body, /\^key\$/);
  await admin("DELETE", "faults");
  await admin("DELETE", "requests");
  await read();
  const counts = JSON.parse((await admin("GET", "requests")).body) as object;
  assert.deepEqual(counts, { GetObject: { requests: 1, refused: 0, bytesReceived: 0, bytesSent: content.length } });
  assert.equal((await admin("PUT", "buckets/made", { kind: "synthetic", objects: 10 })).status, 200);
  assert.equal(
    (await emulators.s3.stores.get("made")?.store.list({ prefix: "", after: undefined, limit: 100 }))?.length,
    10,
  );
  assert.equal((await admin("DELETE", "buckets/made")).status, 200);
  assert.equal((await admin("GET", "buckets/made")).status, 404);
  const wrong = await admin("PUT", "faults", { rules: [{ fault: "503", share: 2 }, { fault: "earthquake" }] });
  assert.equal(wrong.status, 400);
  assert.match(wrong.body, /rules\[0\]\.share.*rules\[1\]\.fault/s);
  assert.equal((await raw(url, { method: "PUT", path: "/_emulator/faults", body: "{" })).status, 400);
  assert.equal((await admin("PUT", "buckets/..", { kind: "plain" })).status, 400);
});

test("the emulators run as a process of their own, keep their objects in a folder and end on SIGTERM", async () => {
  const folder = await mkdtemp(join(tmpdir(), "emulator-main-"));
  after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "config.json"), JSON.stringify({ s3: { buckets: { kept: { kind: "plain" } } } }));
  await writeFile(
    join(folder, "faults.json"),
    JSON.stringify({ s3: { rules: [{ fault: "503", keyPattern: "^never$" }] } }),
  );
  for (const round of ["first", "second"] as const) {
    const args = [
      "--json",
      "--data",
      join(folder, "data"),
      "--config",
      join(folder, "config.json"),
      "--faults",
      join(folder, "faults.json"),
    ];
    const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
    const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const { s3: store } = JSON.parse(line.toString()) as {
      s3: { url: string; region: string; accessKeyId: string; secretAccessKey: string };
    };
    const client = clientOf(store);
    if (round === "first") await client.send(new PutObjectCommand({ Bucket: "kept", Key: "k", Body: "content" }));
    const got = await client.send(new GetObjectCommand({ Bucket: "kept", Key: "k" }));
    assert.equal(await got.Body?.transformToString(), "content");
    await assert.rejects(client.send(new GetObjectCommand({ Bucket: "kept", Key: "never" })), { name: "SlowDown" });
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number | null];
    assert.equal(code, 0);
  }
});

test("a port that is taken stops the start and leaves nothing behind", async () => {
  const port = Number(new URL(emulators.oss.url).port);
  await assert.rejects(startEmulators({ oss: { port } }), { code: "EADDRINUSE" });
});
