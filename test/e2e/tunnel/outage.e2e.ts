// needs: charon
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { type TestContext, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { hasEnded } from "../../system/system.ts";
import { type Bed, type BedPlan, assertWhole, graceMs, mostAttempts, openBed, synthetic } from "./bed.ts";
import { capture } from "./capture.ts";

/**
 * How long the cloud's gateway is away, without a word. The whole of it: OUTAGE_SECONDS=600. What this is by default is longer
 * than every time limit that an outage could run into, so that each of them passes at least once:
 *
 * - of requests under way (`adapters/http/waits.ts`): 5 s to connect, 20 s between bytes, 30 s to the answer's head (the 120 s
 *   of Complete are never reached: a path that is down ends what is under way); kept connections 4 to 20 s, addresses that are
 *   shunned 15 s
 * - of an object's attempts (`worker/attempts.ts`): five, in about 3 s, then up to 10 s between two
 * - of a path (`worker/path.ts`): 15 s without one success; a slot that waits for it takes another task every 10 s, and the
 *   third start of a task, which would be a burnt one, comes within 30 s; an endpoint that nobody uses is forgotten after 60 s
 * - of the link (`tunnel/link`): 8 s without a byte, 60 s for a charon that is slow; DNS 10 s
 * - of charon: 10 s to the first question whether the gateway lives, 16 s until it is given up, and again for ever; where it was
 *   refused instead, as by a gateway that has no keys yet, the timer calls every 10 s
 * - of BullMQ's locks (`adapters/bullmq/consumer.ts`): 15 s, looked at every 5 s, ten of which would end an item: 65 s
 * - of the master's sweep and of a worker's signs of life: 30 s; of a job's trouble, told for 30 s; of limits, anew every 10 s
 *
 * Longer are only those that bear an outage themselves (`master/patience.ts`: an hour; its test lets the time pass).
 */
const outageMs = Number(process.env["OUTAGE_SECONDS"] ?? 75) * 1000;
const lookEveryMs = 2000;
const objects = 240;
/** So slow that the cut meets both jobs in their middle, on a busy machine too. */
const limits = { requestsPerSecond: 15 };
const slow = { bytesPerSecond: 2 * 1024 ** 2 };
const largeBytes = 96 * 1024 ** 2;
const parts = { multipartThreshold: 4 * 1024 ** 2, partSize: 4 * 1024 ** 2 };

describe(`an outage of ${outageMs / 1000} s`, { concurrency: true }, () => {
  const roles: readonly BedPlan["role"][] = ["self", "gateway"];
  for (const role of roles) {
    const of = role === "self" ? "whose host has the tunnel" : "behind a host that forwards";
    const title = `costs a worker ${of} no failed object and no burnt attempt, and lets nothing out`;
    test(title, { timeout: outageMs + 480_000 }, (t) => withBed(role, (bed) => outlast(bed, t)));
  }
});

async function withBed(role: BedPlan["role"], run: (bed: Bed) => Promise<void>): Promise<void> {
  const sources = { "small-bucket": synthetic(objects, 16_384), "large-bucket": synthetic(1, largeBytes) };
  const bed = await openBed({ role, sources });
  try {
    bed.lab.guard("on");
    await bed.lab.bringUp();
    const timer = bed.lab.timer();
    try {
      await run(bed);
    } finally {
      await timer.stop();
    }
  } finally {
    await bed.close();
  }
}

async function outlast(bed: Bed, t: TestContext): Promise<void> {
  const { lab, system } = bed;
  const large = await system.submit(bed.jobFrom("large-bucket", { limits: slow, largeObjects: parts }));
  await system.until(large, ({ runningTasks }) => runningTasks > 0, graceMs);
  const small = await system.submit(bed.jobFrom("small-bucket", { limits, tasks: { objectCountLimit: 40 } }));
  await system.until(small, ({ objects: { copied } }) => copied >= 40, graceMs);
  const ledger = lookAfter(bed, [small, large]);
  t.after(() => ledger.stop());
  const wire = await capture(lab.network, bed.folder);
  await lab.gateway.stop("SIGKILL");
  const cutAtMs = Date.now();
  await bed.until("the worker says that the path is down", async () => (await bed.worker()).state === "path-down");
  const [during, unfinished] = await Promise.all([system.stats(small), system.stats(large)]);
  assert.ok(
    during.objects.copied < objects && unfinished.objects.copied === 0,
    "the cut came too late to prove anything",
  );
  // Another revision: whoever lists or copies opens the job's stores anew, while one of them is away.
  await system.call("PATCH", `/jobs/${small}`, { limits: { requestsPerSecond: 40 } });
  await wait(cutAtMs + outageMs - Date.now());
  for (const id of [small, large]) {
    const { jobState, stateReason, objects: of } = await system.stats(id);
    assert.deepEqual([jobState, stateReason, of.failed], ["Running", null, 0]);
  }
  assert.equal((await bed.worker()).state, "path-down");
  await lab.gateway.start();
  await lab.loadKeys();
  await lab.installed("host", 1);
  const mendedAtMs = Date.now();
  await system.until(small, ({ objects: { copied } }) => copied > during.objects.copied, graceMs);
  t.diagnostic(`away for ${mendedAtMs - cutAtMs} ms; the next object was copied ${Date.now() - mendedAtMs} ms later`);
  assertWhole(await system.until(small, hasEnded, graceMs), objects);
  assertWhole(await system.until(large, hasEnded, graceMs), 1);
  const seen = await wire.stop();
  assert.deepEqual([seen.clear, seen.other], [0, 0]);
  assert.equal(mostAttempts(system, small, objects), 1);
  assert.equal(mostAttempts(system, large, 1), 1);
  const { looks, mostStarts, mostStalls, rechecks } = await ledger.stop();
  t.diagnostic(`${looks} looks at the ledger: at most ${mostStarts} starts of a task, ${mostStalls} stalls of an item`);
  assert.ok(looks > 10);
  assert.deepEqual([mostStarts, mostStalls, rechecks], [1, 0, 0]);
  assert.doesNotMatch(await system.processes.log("worker-1"), /runs alone now/);
}

/** What the ledger and the queue held against the tasks of a job, at the worst moment. */
interface HeldAgainst {
  readonly looks: number;
  readonly mostStarts: number;
  /** How often BullMQ took an item for one whose worker is gone. */
  readonly mostStalls: number;
  /** Tasks whose objects must be looked at again, because they were started more than once. */
  readonly rechecks: number;
}

/** Looks into Redis every two seconds, until it is stopped. */
function lookAfter({ system }: Bed, jobIds: readonly string[]): { stop(): Promise<HeldAgainst> } {
  const socket = system.redisUrl.replace(/^unix:/, "");
  const ask = (...words: readonly string[]): readonly string[] =>
    execFileSync("redis-cli", ["-s", socket, ...words], { encoding: "utf8" })
      .split("\n")
      .filter((line) => line !== "");
  const most = (pattern: string, field: string): number => {
    const keys = ask("--scan", "--pattern", pattern).filter((key) => !key.endsWith(":lock"));
    return Math.max(0, ...keys.map((key) => Number(ask("HGET", key, field)[0] ?? 0)));
  };
  const stopping = new AbortController();
  const looking = (async (): Promise<HeldAgainst> => {
    let worst: HeldAgainst = { looks: 0, mostStarts: 0, mostStalls: 0, rechecks: 0 };
    while (!stopping.signal.aborted) {
      const starts = jobIds.map((id) => most(`{job:${id}}:task:*`, "starts"));
      const rechecks = jobIds.map((id) => Number(ask("HLEN", `{job:${id}}:recheck`)[0]));
      worst = {
        looks: worst.looks + 1,
        mostStarts: Math.max(worst.mostStarts, ...starts),
        mostStalls: Math.max(worst.mostStalls, most("{causeway}:copy:*-[0-9]*", "stc")),
        rechecks: Math.max(worst.rechecks, ...rechecks),
      };
      await wait(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    return worst;
  })();
  return {
    stop() {
      stopping.abort();
      return looking;
    },
  };
}
