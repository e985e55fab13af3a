import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FaultPlanInput } from "@causeway/emulators/core/faults.ts";
import type { CheckName, PreflightLine } from "../../src/domain/preflight/line.ts";
import { preflightIn, type Situation } from "./rig.ts";

const archived = (key: string) => ({ key, storageClass: "GLACIER" as const, body: "x" });
const refused = (operation: string | string[], code = "AccessDenied", status = 403): FaultPlanInput => ({
  rules: [{ operation, fault: "status", status, code }],
});
const once = (operation: string): FaultPlanInput => ({ rules: [{ operation, fault: "503", times: 1 }] });

interface Case {
  readonly check: CheckName;
  readonly state: PreflightLine["state"];
  readonly when: string;
  readonly situation: Situation;
  readonly says: RegExp;
}

const cases: readonly Case[] = [
  {
    check: "source.addresses",
    state: "failure",
    when: "its name is not known to DNS",
    situation: { source: { endpoint: "http://nowhere.invalid" }, limitMs: 5000 },
    says: /nowhere\.invalid/,
  },
  {
    check: "source.addresses",
    state: "warning",
    when: "http would send bytes to a public address",
    situation: { source: { endpoint: "http://192.0.2.1" }, limitMs: 1000 },
    says: /unencrypted/,
  },
  {
    check: "target.addresses",
    state: "failure",
    when: "no address is inside OSS_ALLOWED_CIDRS",
    situation: { cidrs: ["100.64.0.0/10"] },
    says: /127\.0\.0\.1.*OSS_ALLOWED_CIDRS/,
  },
  {
    check: "target.addresses",
    state: "warning",
    when: "a pinned address is outside OSS_ALLOWED_CIDRS",
    situation: { cidrs: ["127.0.0.0/8"], target: { addresses: ["127.0.0.1", "10.9.9.9"] } },
    says: /10\.9\.9\.9: outside/,
  },
  {
    check: "source.clock",
    state: "failure",
    when: "our clock is more than five minutes off",
    situation: { s3AheadMs: 6 * 60_000 },
    says: /3[56]\d s behind .* refused/,
  },
  {
    check: "target.clock",
    state: "warning",
    when: "our clock is more than a minute off",
    situation: { s3AheadMs: -90_000 },
    says: /[89]\d s ahead of that of the target/,
  },
  {
    check: "source.clock",
    state: "warning",
    when: "the store answered only when asked again",
    situation: { s3Faults: { rules: [{ operation: "HeadBucket", fault: "reset", times: 1 }] } },
    says: /tried again: SOURCE_UNREACHABLE/,
  },
  {
    check: "target.clock",
    state: "failure",
    when: "the store does not answer",
    situation: { ossFaults: { rules: [{ operation: "HeadBucket", fault: "hang" }] }, limitMs: 1500 },
    says: /Nothing came within/,
  },
  {
    check: "source.region",
    state: "failure",
    when: "the bucket is elsewhere",
    situation: { source: { region: "us-east-1" } },
    says: /ap-northeast-1/,
  },
  {
    check: "source.region",
    state: "warning",
    when: "the store does not tell",
    situation: { s3Faults: refused(["HeadBucket", "GetBucketLocation"]) },
    says: /does not tell/,
  },
  {
    check: "target.region",
    state: "failure",
    when: "the bucket is elsewhere",
    situation: { ossRegion: "cn-beijing" },
    says: /another region/,
  },
  {
    check: "target.region",
    state: "warning",
    when: "the credentials may not ask for it",
    situation: { ossFaults: refused("GetBucketLocation") },
    says: /does not tell/,
  },
  {
    check: "source.list",
    state: "failure",
    when: "the secret is wrong",
    situation: { source: { credentials: { accessKeyId: "emulator-access-key", secretAccessKey: "wrong" } } },
    says: /secret does not belong/,
  },
  {
    check: "source.list",
    state: "warning",
    when: "the source throttles",
    situation: { s3Faults: once("ListObjectsV2") },
    says: /tried again: SOURCE_THROTTLED/,
  },
  {
    check: "source.list",
    state: "failure",
    when: "only who pays may list",
    situation: {
      s3Faults: {
        rules: [{ operation: "ListObjectsV2", fault: "status", status: 403, code: "AccessDenied", times: 1 }],
      },
    },
    says: /who pay for it/,
  },
  {
    check: "source.list",
    state: "warning",
    when: "the credentials are in the environment of other processes",
    situation: { source: { credentials: { from: "environment", prefix: "SRC_" } } },
    says: /by reference/,
  },
  {
    check: "source.read",
    state: "failure",
    when: "no object may be read",
    situation: { s3Faults: refused("GetObject") },
    says: /3 of 3 .* SOURCE_ACCESS_DENIED/,
  },
  {
    check: "source.read",
    state: "warning",
    when: "some objects may not be read",
    situation: {
      s3Faults: {
        rules: [{ operation: "GetObject", keyPattern: "d$", fault: "status", status: 403, code: "AccessDenied" }],
      },
    },
    says: /1 of 3 /,
  },
  {
    check: "source.encryption",
    state: "failure",
    when: "the key of KMS is closed to us",
    situation: { s3Faults: refused("GetObject", "KMS.DisabledException", 400) },
    says: /KMS\.DisabledException/,
  },
  {
    check: "source.archived",
    state: "failure",
    when: "most objects are archived",
    situation: { objects: [{ key: "in/a" }, archived("in/b"), archived("in/c")] },
    says: /2 of 3 .*2 of 2 that were read are not restored/,
  },
  {
    check: "source.archived",
    state: "warning",
    when: "a few objects are archived",
    situation: { objects: [{ key: "in/a" }, { key: "in/b" }, archived("in/c")] },
    says: /1 of 3/,
  },
  {
    check: "source.keys",
    state: "failure",
    when: "OSS takes hardly any key",
    situation: { objects: [{ key: "in//a" }], target: { prefix: "" } },
    says: /KEY_LEADING_SLASH/,
  },
  {
    check: "source.keys",
    state: "warning",
    when: "a key gets too long for OSS",
    situation: { objects: [{ key: "in/a" }, { key: "in/b" }, { key: `in/${"k".repeat(1020)}` }] },
    says: /1 of 3 sampled keys will fail with KEY_TOO_LONG/,
  },
  {
    check: "source.metadata",
    state: "failure",
    when: "OSS refuses all metadata",
    situation: { objects: [{ key: "in/a", metadata: { some_name: "x" } }] },
    says: /METADATA_REFUSED.*some_name/,
  },
  {
    check: "source.metadata",
    state: "warning",
    when: "OSS refuses some metadata",
    situation: { objects: [{ key: "in/a", metadata: { some_name: "x" } }, { key: "in/b" }, { key: "in/c" }] },
    says: /1 of 3/,
  },
  {
    check: "target.list",
    state: "failure",
    when: "the bucket is not there",
    situation: { target: { bucket: "nobody-has-it" } },
    says: /no such bucket/i,
  },
  {
    check: "target.list",
    state: "warning",
    when: "the target throttles",
    situation: { ossFaults: once("ListObjectsV2") },
    says: /TARGET_THROTTLED/,
  },
  {
    check: "target.write",
    state: "failure",
    when: "the credentials may not write",
    situation: { ossFaults: refused("PutObject") },
    says: /refused/,
  },
  {
    check: "target.write",
    state: "warning",
    when: "the target throttles",
    situation: { ossFaults: once("PutObject") },
    says: /TARGET_THROTTLED/,
  },
  {
    check: "target.multipart",
    state: "failure",
    when: "the credentials may not abort uploads",
    situation: { ossFaults: refused("AbortMultipartUpload") },
    says: /refused/,
  },
  {
    check: "target.multipart",
    state: "warning",
    when: "the target throttles",
    situation: { ossFaults: once("UploadPart") },
    says: /TARGET_THROTTLED/,
  },
  {
    check: "target.delete",
    state: "warning",
    when: "the target throttles",
    situation: { ossFaults: once("DeleteObject") },
    says: /TARGET_THROTTLED/,
  },
];

describe("a preflight", { concurrency: 2 }, () => {
  test("finds nothing wrong between stores that are all right, and leaves nothing behind", async () => {
    const looked = await preflightIn({});
    assert.deepEqual(
      looked.lines.filter(({ state }) => state !== "ok"),
      [],
    );
    assert.equal(looked.verdict, "ok");
    assert.equal(new Set(looked.lines.map(({ check }) => check)).size, 17);
    assert.deepEqual(looked.left, []);
    assert.deepEqual(looked.estimate?.expected, { objects: 3, bytes: 2, basis: "counted" });
  });

  for (const { check, state, when, situation, says } of cases) {
    test(`${check} is a ${state} when ${when}`, async () => {
      const looked = await preflightIn(situation);
      const line = looked.line(check).find((one) => one.state === state);
      assert.ok(line, JSON.stringify(looked.line(check)));
      assert.match(line.message, says);
      assert.ok(line.cure !== null && line.cure.length > 10);
      assert.equal(new Set(looked.lines.map((one) => one.check)).size >= 16, true, "all checks ran");
      assert.deepEqual(looked.left, []);
    });
  }

  test("target.delete is a failure when the credentials may not delete", async () => {
    const looked = await preflightIn({ ossFaults: refused("DeleteObject") });
    assert.equal(looked.line("target.delete")[0]?.state, "failure");
    assert.match(looked.line("target.delete")[0]?.cure ?? "", /out\/\.causeway-preflight-test/);
  });

  test("estimate is a warning while nobody knows how much there is behind the sample", async () => {
    const unknown = await preflightIn({ computed: 50_000 });
    assert.equal(unknown.line("estimate")[0]?.state, "warning");
    assert.match(unknown.line("estimate")[0]?.message ?? "", /^At least 1[01]\d{3} objects/);
    assert.equal(unknown.line("source.keys")[0]?.state, "ok");
    const objects = await preflightIn({ computed: 50_000, given: { objects: 50_000 } });
    assert.deepEqual(objects.estimate?.expected, { objects: 50_000, bytes: 50_000_000, basis: "given" });
    const given = await preflightIn({ given: { objects: 1e9, bytes: 1e15 } });
    assert.equal(given.estimate?.expected.basis, "given");
    assert.equal(given.estimate?.duration.heldBy, "bytes");
    assert.ok((given.estimate?.cost.total ?? 0) > 10_000);
  });
});
