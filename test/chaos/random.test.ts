import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { hasEnded, startSystem, type JobStats, type System } from "../system/system.ts";

/** CHAOS_SECONDS of disorder, drawn from CHAOS_SEED; a run that failed is repeated with the seed that it printed. */
const seconds = Number(process.env["CHAOS_SECONDS"] ?? 30);
const seed = Number(process.env["CHAOS_SEED"] ?? Math.floor(Math.random() * 1e9));

const objects = 6000;
const workers = ["worker-1", "worker-2", "worker-3"];
const masters = ["master-1", "master-2"];

/** A small generator of repeatable draws (a linear congruence modulo 2³²). */
function drawsFrom(start: number): <T>(choices: readonly T[]) => T {
  let state = start >>> 0;
  return (choices) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const chosen = choices[Math.floor((state / 2 ** 32) * choices.length)];
    if (chosen === undefined) throw new Error("there is nothing to choose from");
    return chosen;
  };
}

/** One disturbance: what it does, in words, and how it is done. Each ends with everything running again. */
type Disturb = (system: System, victim: string) => Promise<void>;

const killed: Disturb = async ({ processes }, victim) => {
  await processes.kill(victim);
  await wait(300);
  processes.again(victim);
};
const told: Disturb = async ({ processes }, victim) => {
  await processes.kill(victim, "SIGTERM");
  processes.again(victim);
};
const stoppedFor =
  (ms: number): Disturb =>
  async ({ processes }, victim) => {
    processes.signal(victim, "SIGSTOP");
    await wait(ms);
    processes.signal(victim, "SIGCONT");
  };

const disturbances: readonly {
  readonly what: string;
  readonly victims: readonly string[];
  readonly disturb: Disturb;
}[] = [
  { what: "killed with -9", victims: [...workers, ...masters, "redis", "api"], disturb: killed },
  { what: "told to stop", victims: [...workers, ...masters, "api"], disturb: told },
  { what: "stopped for 2 s", victims: [...workers, ...masters, "redis"], disturb: stoppedFor(2000) },
  { what: "stopped beyond its lock", victims: workers, disturb: stoppedFor(18_000) },
];

test(`${seconds} s of random kills, stops and faults change no total and no byte (CHAOS_SEED=${seed})`, async (t) => {
  const draw = drawsFrom(seed);
  const system = await startSystem({
    workers: workers.length,
    masters: masters.length,
    source: {
      kind: "synthetic",
      objects,
      keys: { scheme: "folders", groups: 20, prefix: "from/" },
      sizes: { distribution: "lognormal", medianBytes: 4000, sigma: 2, maxBytes: 3_000_000 },
    },
  });
  t.after(() => system.stop());
  await system.faults("s3", {
    seed,
    rules: [
      { operation: "GetObject", share: 0.01, fault: "reset" },
      { operation: "GetObject", share: 0.01, fault: "truncate" },
    ],
  });
  await system.faults("oss", {
    seed,
    rules: [
      { operation: "PutObject", fault: "latency", ms: 100, jitterMs: 100 },
      { operation: "PutObject", share: 0.01, fault: "lost-answer" },
      { operation: "PutObject", share: 0.01, fault: "503-with-delay", delayMs: 200 },
    ],
  });
  const job = system.job({ tasks: { objectCountLimit: 60 } });
  const id = await system.submit(job);
  const endsAtMs = Date.now() + seconds * 1000;
  while (Date.now() < endsAtMs) {
    const { what, victims, disturb } = draw(disturbances);
    const victim = draw(victims);
    t.diagnostic(`${victim} is ${what}`);
    await disturb(system, victim);
    await wait(draw([200, 500, 1500]));
  }
  await system.faults("oss", {});
  const stats = await ended(system, id);
  assert.equal(stats.jobState, "Succeed", JSON.stringify(stats));
  assert.deepEqual(stats.objects, { listed: objects, copied: objects, skipped: 0, failed: 0 });
  // What is compared is what lies there, not how well the comparer bears a source that cuts its answers.
  await system.faults("s3", {});
  const compared = await system.compare(job);
  assert.ok(compared.isEqual, compared.lastLine);
  t.diagnostic(`${compared.lastLine}; totals exact`);
});

/** The API itself is among the victims and may be starting. */
async function ended(system: System, id: string): Promise<JobStats> {
  const endsAtMs = Date.now() + 300_000;
  for (;;) {
    const stats = await system.stats(id).catch(() => undefined);
    if (stats !== undefined && hasEnded(stats)) return stats;
    assert.ok(Date.now() < endsAtMs, `the job has not ended: ${JSON.stringify(stats)}`);
    await wait(300);
  }
}
