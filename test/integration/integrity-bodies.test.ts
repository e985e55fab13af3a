import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type IntegrityWorld, type Rules, type Run, startIntegrityWorld, stored } from "./integrity-world.ts";

const names = stored.map(([way, proof]) => `${way}/${proof}`);
const proven = names.filter((name) => !name.endsWith("/none"));
const unproven = names.filter((name) => name.endsWith("/none"));
const writes = ["PutObject", "UploadPart"];

/** Each row: what goes wrong at every request, which objects fail of it, and with which code. */
const persistent: readonly {
  readonly title: string;
  readonly faults: { readonly s3?: Rules; readonly oss?: Rules };
  readonly fail: readonly string[];
  readonly code: string;
}[] = [
  {
    title: "bodies that the source breaks off",
    faults: { s3: [{ fault: "truncate", operation: "GetObject" }] },
    fail: names,
    code: "SOURCE_BODY_TRUNCATED",
  },
  {
    title: "bodies that are shorter than listed, as if nothing was wrong",
    faults: { s3: [{ fault: "truncate", announce: "short", operation: "GetObject" }] },
    fail: names,
    code: "SOURCE_BODY_TRUNCATED",
  },
  {
    title: "bodies that are longer than listed",
    faults: { s3: [{ fault: "pad", operation: "GetObject" }] },
    fail: names,
    code: "SOURCE_BODY_TRUNCATED",
  },
  {
    title: "a byte that is flipped on the way in, wherever the source stores a proof",
    faults: { s3: [{ fault: "flip-byte", operation: "GetObject" }] },
    fail: proven,
    code: "SOURCE_CHECKSUM_MISMATCH",
  },
  {
    title: "a page of HTML in place of the source's answer",
    faults: { s3: [{ fault: "html", operation: "GetObject" }] },
    fail: names,
    code: "SOURCE_FAILED",
  },
  {
    title: "a 206 where 200 was due",
    faults: { s3: [{ fault: "206", operation: "GetObject" }] },
    fail: names.filter((name) => !name.startsWith("parts/")),
    code: "SOURCE_FAILED",
  },
  {
    title: "a byte that is flipped on the way out",
    faults: { oss: [{ fault: "flip-byte", side: "request", operation: writes }] },
    fail: names,
    code: "TARGET_CHECKSUM_MISMATCH",
  },
  {
    title: "bodies that are cut on the way out, as if nothing was wrong",
    faults: { oss: [{ fault: "truncate", side: "request", operation: writes }] },
    fail: names,
    code: "TARGET_CHECKSUM_MISMATCH",
  },
  {
    title: "bodies that are padded on the way out",
    faults: { oss: [{ fault: "pad", side: "request", operation: writes }] },
    fail: names,
    code: "TARGET_CHECKSUM_MISMATCH",
  },
  {
    title: "one part of many that is cut on the way out, each time",
    faults: { oss: [{ fault: "truncate", side: "request", operation: "UploadPart", fromRequest: 2 }] },
    fail: names.filter((name) => name.startsWith("parts/")),
    code: "TARGET_CHECKSUM_MISMATCH",
  },
  {
    title: "a page of HTML in place of OSS' answer",
    faults: { oss: [{ fault: "html", operation: writes }] },
    fail: names,
    code: "TARGET_FAILED",
  },
];

function assertFailed(run: Run, fail: readonly string[], code: string): void {
  for (const name of names) {
    const outcome = run.outcomes.get(name);
    const seen = outcome?.state === "failed" ? `${name} ${outcome.code}` : `${name} ${outcome?.state}`;
    assert.equal(seen, fail.includes(name) ? `${name} ${code}` : `${name} copied`);
  }
  assert.deepEqual(run.arrived, names.filter((name) => !fail.includes(name)).toSorted());
  assert.equal(run.leftUploads, 0);
  assert.deepEqual([run.end.objects.copied, run.end.objects.failed], [names.length - fail.length, fail.length]);
}

describe("bodies that are not what they should be", { timeout: 600_000 }, () => {
  test("what persists fails with its code, and no bad copy or upload is left", async (t) => {
    const world = await startIntegrityWorld(t);
    for (const { title, faults, fail, code } of persistent) {
      await t.test(title, async () => {
        const run = await world.run(faults);
        assertFailed(run, fail, code);
        for (const name of fail) assert.ok((run.outcomes.get(name)?.attempts ?? 0) > 1, `${name} was tried again`);
      });
    }
  });

  test("what passes costs an attempt: every object arrives, once, byte for byte, with its proof in the journal", async (t) => {
    const world = await startIntegrityWorld(t);
    for (const [title, faults] of Object.entries(passing)) {
      await t.test(title, () => arrivesWhole(world, faults));
    }
  });

  test("where the source stores no proof, a byte flipped on the way in goes unseen, and the journal says so", async (t) => {
    const world = await startIntegrityWorld(t);
    const run = await world.run({ s3: [{ fault: "flip-byte", operation: "GetObject", keyPattern: "/none$" }] });
    assert.equal(run.end.objects.copied, names.length);
    for (const name of unproven) assert.equal(proofOf(run, name), "none");
    const compared = await world.system.compare(run.job);
    assert.equal(compared.isEqual, false);
    assert.match(compared.lastLine, new RegExp(`${proven.length}/${names.length} objects`));
  });
});

const once = { timesPerKey: 1 };
const passing: Readonly<Record<string, { readonly s3?: Rules; readonly oss?: Rules }>> = {
  "cut and padded bodies from the source": {
    s3: [
      { fault: "truncate", operation: "GetObject", ...once },
      { fault: "pad", operation: "GetObject", ...once },
      { fault: "truncate", announce: "short", operation: "GetObject", ...once },
    ],
  },
  "one flipped byte from the source": {
    s3: [{ fault: "flip-byte", operation: "GetObject", keyPattern: "/(md5|crc|sha)", ...once }],
  },
  "cut and padded bodies to OSS": {
    oss: [
      { fault: "truncate", side: "request", operation: writes, ...once },
      { fault: "pad", side: "request", operation: writes, ...once },
    ],
  },
  "one flipped byte to OSS": { oss: [{ fault: "flip-byte", side: "request", operation: writes, ...once }] },
  "resets, server errors and pages of HTML on both sides": {
    s3: [
      { fault: "reset", operation: "GetObject", ...once },
      { fault: "status", status: 500, code: "InternalError", operation: "GetObject", ...once },
      { fault: "html", operation: ["GetObject", "HeadObject"], ...once },
    ],
    oss: [
      { fault: "reset", operation: writes, ...once },
      { fault: "status", status: 500, code: "InternalError", operation: writes, ...once },
      { fault: "html", operation: [...writes, "CompleteMultipartUpload", "InitiateMultipartUpload"], ...once },
    ],
  },
  "answers of OSS that get lost": {
    oss: [{ fault: "lost-answer", operation: [...writes, "CompleteMultipartUpload"], ...once }],
  },
};

async function arrivesWhole(world: IntegrityWorld, faults: { readonly s3?: Rules; readonly oss?: Rules }) {
  const run = await world.run(faults);
  assert.deepEqual([run.end.jobState, run.end.objects.copied, run.end.objects.failed], ["Succeed", names.length, 0]);
  assert.equal(run.end.bytes.copied, run.end.bytes.listed);
  for (const [way, proof] of stored) assert.equal(proofOf(run, `${way}/${proof}`), proof);
  assert.equal(run.leftUploads, 0);
  const compared = await world.system.compare(run.job);
  assert.ok(compared.isEqual, compared.lastLine);
}

function proofOf(run: Run, name: string): string | undefined {
  const outcome = run.outcomes.get(name);
  return outcome?.state === "copied" ? outcome.proof : outcome?.state;
}
