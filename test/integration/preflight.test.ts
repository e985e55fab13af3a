import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createApiClient } from "../../packages/cli/src/api/client.ts";
import { runCli } from "../../packages/cli/test/cli.ts";
import { startSystem, type System } from "../system/system.ts";

interface Line {
  readonly check: string;
  readonly state: string;
  readonly message: string;
}

describe("causeway preflight against the whole system", () => {
  let system: System;
  let job: string;
  let body: Record<string, unknown>;
  before(async () => {
    const source = {
      kind: "synthetic",
      objects: 500,
      keys: { prefix: "from/" },
      sizes: { distribution: "fixed", bytes: 1000 },
    } as const;
    system = await startSystem({ source, env: { OSS_ALLOWED_CIDRS: "127.0.0.0/8" } });
    job = join(system.folder, "job.json");
    body = system.job();
    await writeFile(job, JSON.stringify(body));
  });
  after(() => system.stop());

  const preflight = (...args: string[]) =>
    runCli(["preflight", ...args], { api: createApiClient(system.apiUrl, system.apiKey) });

  test("says ok to each look, estimates the whole, leaves nothing behind, and exits with 0", async () => {
    const { out, err, code } = await preflight(job, "--json");
    const { lines, verdict, estimate } = JSON.parse(out) as {
      readonly lines: readonly Line[];
      readonly verdict: string;
      readonly estimate: { readonly expected: unknown };
    };
    assert.deepEqual(
      lines.filter(({ state }) => state !== "ok"),
      [],
    );
    assert.deepEqual({ verdict, err, code }, { verdict: "ok", err: "", code: 0 });
    assert.deepEqual(estimate.expected, { objects: 500, bytes: 500_000, basis: "counted" });
    for (const check of ["redis", "journal", "workers"])
      assert.ok(
        lines.some((line) => line.check === check),
        check,
      );
    const jobId = await system.submit(body);
    await system.until(jobId, ({ jobState }) => jobState === "Succeed");
    assert.equal((await system.compare(body)).isEqual, true, "no probe object is left at the target");
  });

  test("exits with 1 on a failure, names the cure, and runs every other look", async () => {
    await system.faults("oss", {
      rules: [{ operation: "PutObject", fault: "status", status: 403, code: "AccessDenied" }],
    });
    const { out, code } = await preflight(job, "--objects", "1000000000", "--bytes", "1000000000000000");
    await system.faults("oss", {});
    assert.equal(code, 1);
    assert.match(out, /^failure {2}target\.write .*refused.*\n +-> .*oss:PutObject/m);
    assert.match(out, /^ok {7}target\.multipart/m);
    assert.match(out, /Estimate for 1,000,000,000 objects, 909\.5 TiB:\n {2}time +\d+ d/);
    assert.match(out, /job +The name .* belongs to job/);
  });

  test("a journal that cannot be written is a failure", async () => {
    const broken = await startSystem({ env: { JOURNAL_URL: "file:///dev/null/journal" }, workers: 0, masters: 0 });
    try {
      await writeFile(join(broken.folder, "job.json"), JSON.stringify(broken.job()));
      const api = createApiClient(broken.apiUrl, broken.apiKey);
      const { out, code } = await runCli(["preflight", join(broken.folder, "job.json")], { api });
      assert.equal(code, 1);
      assert.match(out, /^failure {2}journal .*\n +-> .*JOURNAL_URL/m);
      assert.match(out, /^warning {2}workers +No worker runs/m);
    } finally {
      await broken.stop();
    }
  });

  test("looks from here with --here, without the API", async () => {
    const { out, code } = await runCli(["preflight", job, "--here", "--json"], {
      environment: { OSS_ALLOWED_CIDRS: "10.0.0.0/8" },
    });
    const { lines } = JSON.parse(out) as { readonly lines: readonly Line[] };
    assert.equal(code, 1);
    assert.equal(lines.find(({ check }) => check === "source.list")?.state, "ok");
    assert.match(lines.find(({ check }) => check === "target.addresses")?.message ?? "", /OSS_ALLOWED_CIDRS/);
  });

  test("takes prices of one's own, and refuses a list that has another form", async () => {
    const prices = join(system.folder, "prices.json");
    const free = { listPer1000: 0, getPer1000: 0, egress: [{ upToGiB: null, perGiB: 0 }] };
    const oss = { putPer10000: 10, storagePerGiBMonth: {} };
    const list = {
      version: 1,
      currency: "JPY",
      asOf: "2026-01-01",
      sources: ["our contract"],
      s3: { "*": free },
      oss: { "*": oss },
    };
    await writeFile(prices, JSON.stringify(list));
    const { out } = await preflight(job, "--prices", prices, "--objects", "1000", "--bytes", "1000");
    assert.match(out, /1\.00 JPY once, 0\.00 JPY a month for storage \(prices of 2026-01-01\)/);
    await writeFile(prices, "{}");
    const refused = await preflight(job, "--prices", prices);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /cannot be used/);
  });
});
