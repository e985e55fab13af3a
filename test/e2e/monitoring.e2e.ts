// needs: prometheus
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort, hasEnded, startSystem, type System } from "../system/system.ts";
import { until } from "./compose.ts";

const run = promisify(execFile);
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const monitoring = join(root, "deploy/monitoring");
const waitMs = 120_000;

/** These have nothing to show on a machine without a tunnel or without limits, or while nothing goes wrong. */
const mayBeEmpty =
  /tunnel|migration_limit|split_shards|swept_tasks|notices|migration_request_faults|request_seconds.*route/;

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

describe("monitoring", () => {
  let system: System;
  let prometheus: { readonly url: string; stop(): Promise<void> };

  before(async () => {
    system = await startSystem({
      workers: 1,
      source: {
        kind: "synthetic",
        objects: 400,
        keys: { scheme: "sequential", prefix: "from/" },
        sizes: { distribution: "fixed", bytes: 2048 },
      },
      target: { kind: "plain" },
    });
    prometheus = await startPrometheus(system);
    // Some refusals, so that the panels of faults have something to show.
    await system.faults("s3", { rules: [{ operation: "GetObject", fault: "503", times: 5 }] });
    const jobId = await system.submit(system.job());
    await system.until(jobId, hasEnded);
  });
  after(async () => {
    await prometheus?.stop();
    await system?.stop();
  });

  test("promtool takes the configuration and every rule", async () => {
    const { stdout } = await run("promtool", ["check", "config", join(monitoring, "prometheus.yml")]);
    assert.match(stdout, /SUCCESS: \d+ rules found/);
  });

  test("every target of the system is scraped", async () => {
    const up = await until("scraped targets", waitMs, async () => {
      const series = await query(prometheus.url, "up == 1");
      return series.length === 3 ? series : undefined;
    });
    assert.deepEqual(new Set(up.map(({ metric }) => metric["job"])), new Set(["api", "master", "worker"]));
  });

  test("every panel of the board asks for figures that exist", async () => {
    const board = JSON.parse(await readFile(join(monitoring, "grafana/boards/causeway.json"), "utf8")) as {
      readonly panels: readonly Panel[];
    };
    const asked = board.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
    assert.ok(asked.length > 20);
    for (const { title, expr } of asked) {
      const concrete = expr.replaceAll("$__rate_interval", "1m");
      await until(`series for ${title}: ${expr}`, waitMs, async () => {
        const found = await query(prometheus.url, concrete);
        return found.length > 0 || mayBeEmpty.test(expr) ? found : undefined;
      });
    }
  });

  test("every name in the board and the rules is one that a service tells", async () => {
    const texts = await Promise.all(
      ["grafana/boards/causeway.json", "rules.yml"].map((file) => readFile(join(monitoring, file), "utf8")),
    );
    const described = await readFile(join(root, "packages/shared/src/platform/metrics.ts"), "utf8");
    const names = new Set(texts.join("\n").match(/\bmigration_[a-z0-9_]+/g));
    assert.ok(names.size > 10);
    for (const name of names) {
      const plain = name.replace(/_(?:bucket|count|sum)$/, "");
      assert.ok(described.includes(`  ${plain}:`), `${name} is told by no service`);
    }
  });

  test("every alert is evaluated without an error, and none fires on a system that is well", async () => {
    const rules = await until("evaluated rules", waitMs, async () => {
      const answer = await ask(prometheus.url, "/api/v1/rules");
      const { groups } = answer as { groups: readonly { rules: readonly Rule[] }[] };
      const found = groups.flatMap((group) => group.rules);
      return found.every(({ health }) => health !== "unknown") ? found : undefined;
    });
    assert.ok(rules.length >= 13);
    for (const { name, health, lastError, state } of rules) {
      assert.equal(health, "ok", `${name}: ${lastError ?? ""}`);
      assert.notEqual(state, "firing", name);
    }
  });

  test("an alert fires once its trouble is there: no worker answers", async () => {
    await system.processes.kill("worker-1");
    await until("a pending alert", waitMs, async () => {
      const pending = await query(prometheus.url, 'ALERTS{alertname="CausewayNoWorker"}');
      return pending.length > 0 ? pending : undefined;
    });
  });
});

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
  readonly state: string;
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
}

/** The product's own configuration, with this system's addresses in place of Docker's names. */
async function startPrometheus(system: System): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const addresses = {
    api: system.apiUrl,
    master: await healthUrl(system, "master-1"),
    worker: await healthUrl(system, "worker-1"),
  };
  let config = await readFile(join(monitoring, "prometheus.yml"), "utf8");
  for (const [job, url] of Object.entries(addresses)) {
    const named = new RegExp(`dns_sd_configs: \\[\\{ names: \\[${job}\\][^\\]]*\\]`);
    assert.match(config, named);
    config = config.replace(named, `static_configs: [{ targets: ["${new URL(url).host}"] }]`);
  }
  const folder = join(system.folder, "prometheus");
  await mkdir(folder);
  await writeFile(join(folder, "prometheus.yml"), config.replaceAll("_interval: 15s", "_interval: 1s"));
  await writeFile(join(folder, "rules.yml"), await readFile(join(monitoring, "rules.yml"), "utf8"));
  const port = await freePort();
  const child = spawn(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: "ignore" },
  );
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  await until("Prometheus", waitMs, async () => {
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    return answer?.ok === true || undefined;
  });
  return {
    url,
    stop: async () => {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

function healthUrl(system: System, name: string): Promise<string> {
  return until(`address of ${name}`, waitMs, async () => {
    const line = (await system.processes.log(name)).split("\n").find((text) => text.includes("health and metrics"));
    return line === undefined ? undefined : /"url":"(http:[^"]+)"/.exec(line)?.[1];
  });
}

async function query(url: string, expression: string): Promise<readonly Series[]> {
  const answer = await ask(url, `/api/v1/query?query=${encodeURIComponent(expression)}`);
  return (answer as { result: readonly Series[] }).result;
}

async function ask(url: string, path: string): Promise<unknown> {
  const answer = (await (await fetch(`${url}${path}`)).json()) as { status: string; data: unknown; error?: string };
  assert.equal(answer.status, "success", `${path}: ${answer.error ?? ""}`);
  return answer.data;
}
