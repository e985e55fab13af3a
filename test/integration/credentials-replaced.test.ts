import assert from "node:assert/strict";
import { test } from "node:test";
import type { FaultPlanInput } from "../../packages/emulators/src/core/faults.ts";
import { hasEnded, startSystem, type SystemPlan, type TemporaryCredentials } from "../system/system.ts";

type Rule = NonNullable<FaultPlanInput["rules"]>[number];

const mebibyte = 1024 ** 2;
const objects = 3000;
const temporary = (name: string): TemporaryCredentials => ({
  accessKeyId: `${name}-access-key`,
  secretAccessKey: `secret of the ${name} one`,
  sessionToken: `token of the ${name} one`,
});
const first = temporary("first");
const second = temporary("second");

/** Small objects, a few in parts, and one or the other that is spread over the fleet. */
const source: SystemPlan["source"] = {
  kind: "synthetic",
  objects,
  keys: { scheme: "sequential", prefix: "from/" },
  sizes: {
    distribution: "mixed",
    classes: [
      { bytes: 500, weight: 290 },
      { bytes: 2 * mebibyte, weight: 9 },
      { bytes: 5 * mebibyte, weight: 1 },
    ],
  },
};
const largeObjects = { multipartThreshold: 2 * mebibyte, spreadThreshold: 4 * mebibyte, partSize: mebibyte };
const slow: Rule = { operation: ["GetObject", "PutObject", "UploadPart"], fault: "latency", ms: 1000 };
/** As the stores say it of a token whose time is over. */
const expired: Readonly<Record<"s3" | "oss", Rule>> = {
  s3: { fault: "status", status: 400, code: "ExpiredToken", accessKeyId: first.accessKeyId },
  oss: { fault: "status", status: 403, code: "SecurityTokenExpired", accessKeyId: first.accessKeyId },
};

test(
  "temporary credentials that a PATCH replaces while the job runs may expire at once: nothing pauses, nothing fails",
  {
    timeout: 300_000,
  },
  async (t) => {
    const system = await startSystem({ workers: 2, source, temporary: [first, second] });
    t.after(() => system.stop());
    for (const store of ["s3", "oss"] as const) await system.faults(store, { rules: [slow] });
    const job = system.job({ largeObjects, tasks: { objectCountLimit: 200 } });
    const by = (credentials: TemporaryCredentials): Record<string, unknown> => ({
      ...job,
      source: { ...(job["source"] as object), credentials },
      target: { ...(job["target"] as object), credentials },
    });
    const id = await system.submit(by(first));
    await system.until(id, (stats) => stats.objects.copied > 0);

    const credentials = { credentials: second };
    const patched = await system.call("PATCH", `/jobs/${id}`, { source: credentials, target: credentials });
    assert.equal(patched.status, 202);
    // From here on the first ones get nothing any more, and requests that they sign are still on their way.
    for (const store of ["s3", "oss"] as const) await system.faults(store, { rules: [expired[store]] });
    const before = await system.stats(id);
    assert.ok(before.objects.copied < objects, "the rest is the second ones' work");

    const ended = await system.until(id, (stats) => {
      assert.equal(stats.jobState === "Paused", false, JSON.stringify(stats));
      return hasEnded(stats);
    });
    assert.equal(ended.jobState, "Succeed", JSON.stringify(ended));
    assert.deepEqual(ended.objects, { listed: objects, copied: objects, skipped: 0, failed: 0 });
    const compared = await system.compare(job);
    assert.ok(compared.isEqual, compared.lastLine);
  },
);
