// needs: docker
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, describe, test } from "node:test";
import { compose, until } from "./compose.ts";

/** What this test reads of the API's answers. */
interface Stats {
  readonly jobState: string;
  readonly objects: { readonly copied: number; readonly failed: number };
  readonly bytes: { readonly copied: number };
}

interface Page<T> {
  readonly items: readonly T[];
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** What of a service is compared with what ECS is told. */
interface ComposeService {
  readonly network_mode: string;
  readonly user?: string;
  readonly command: readonly string[] | null;
  readonly cap_add?: readonly string[];
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly read_only?: boolean;
  readonly volumes: readonly { readonly target: string }[];
  readonly environment: Readonly<Record<string, string>>;
}

interface EcsTask {
  readonly networkMode: string;
  readonly containerDefinitions: readonly {
    readonly name: string;
    readonly user?: string;
    readonly command?: readonly string[];
    readonly linuxParameters: {
      readonly capabilities: { readonly drop: readonly string[]; readonly add?: readonly string[] };
    };
    readonly dockerSecurityOptions: readonly string[];
    readonly readonlyRootFilesystem?: boolean;
    readonly mountPoints: readonly { readonly containerPath: string }[];
    readonly environment?: readonly { readonly name: string; readonly value: string }[];
  }[];
}

const jobTimeoutMs = 180_000;

describe("docker-compose.yml", () => {
  const system = compose("config", { COMPOSE_PROFILES: "" });
  const added = { demo: "emulators", monitoring: "grafana", tunnel: "tunnel-worker" };

  test("is well formed, and starts no more than the system itself without a profile", async () => {
    const { exitCode, stdout, output } = await system.plain("config", "--services");
    assert.equal(exitCode, 0, output);
    assert.deepEqual(
      stdout.trim().split("\n").sort(),
      ["api", "master", "needs-API_KEYS", "needs-SECRET_KEY", "redis", "worker"].sort(),
    );
  });

  test("says of the tunnel and its worker what the task definition for ECS says", async () => {
    const { stdout } = await system.plain("--profile", "tunnel", "config", "--format", "json");
    const { services } = JSON.parse(stdout) as { readonly services: Readonly<Record<string, ComposeService>> };
    const file = new URL("../../deploy/worker-host/examples/ecs-task.json", import.meta.url);
    const task = JSON.parse(await readFile(file, "utf8")) as EcsTask;
    assert.equal(task.networkMode, "host");
    for (const [name, of] of Object.entries({ tunnel: "tunnel", worker: "tunnel-worker" })) {
      const here = services[of];
      const there = task.containerDefinitions.find((container) => container.name === name);
      assert.ok(here !== undefined && there !== undefined, name);
      const { capabilities } = there.linuxParameters;
      assert.deepEqual(
        [task.networkMode, there.user ?? null, there.command ?? null, capabilities.drop, capabilities.add ?? []],
        [here.network_mode, here.user ?? null, here.command ?? null, here.cap_drop, here.cap_add ?? []],
      );
      assert.deepEqual(there.dockerSecurityOptions, here.security_opt);
      assert.equal(there.readonlyRootFilesystem ?? false, here.read_only ?? false);
      const places = here.volumes.map(({ target }) => target);
      for (const { containerPath } of there.mountPoints) assert.ok(places.includes(containerPath), containerPath);
      const socket = there.environment?.find((setting) => setting.name === "TUNNEL_VICI_SOCKET")?.value;
      assert.equal(socket, here.environment["TUNNEL_VICI_SOCKET"]);
    }
  });

  for (const [profile, service] of Object.entries(added)) {
    test(`is well formed with the profile ${profile}, which adds ${service}`, async () => {
      const { exitCode, stdout, output } = await system.plain("--profile", profile, "config", "--services");
      assert.equal(exitCode, 0, output);
      assert.ok(stdout.split("\n").includes(service), stdout);
    });
  }
});

describe("the composed demo", () => {
  const system = compose("demo", { SECRET_KEY: "", API_KEYS: "" });
  after(() => system.down());

  let get: <T>(path: string) => Promise<T | undefined>;

  test("comes up without any setting, with two workers", async () => {
    await system.must("up", "--detach", "--build", "--scale", "worker=2");
    const address = (await system.must("port", "api", "8080")).trim();
    const keys = await system.must("exec", "-T", "api", "cat", "/run/causeway/API_KEYS");
    const key = keys.trim().split(":")[2] ?? "";
    get = (path) => read(`http://${address}${path}`, key);
    const workers = await until("two workers", jobTimeoutMs, async () => {
      const page = await get<Page<unknown>>("/v1/workers");
      return page?.items.length === 2 ? page.items : undefined;
    });
    assert.equal(workers.length, 2);
  });

  test("answers Prometheus, which is a container of its own, wherever its configuration looks", async () => {
    const config = await readFile(new URL("../../deploy/monitoring/prometheus.yml", import.meta.url), "utf8");
    const targets = [...config.matchAll(/names: \[(\w+)\], type: A, port: (\d+)/g)].map(([, name, port]) => [
      name,
      port,
    ]);
    assert.deepEqual(
      targets.map(([name]) => name),
      ["api", "master", "worker"],
    );
    for (const [name = "", port = ""] of targets) {
      // What one container reaches, Prometheus does.
      const script = `fetch("http://${name}:${port}/metrics").then((a) => a.text()).then(console.log)`;
      const { exitCode, output } = await system.plain("exec", "-T", "api", "node", "-e", script);
      assert.equal(exitCode, 0, `${name}: ${output}`);
      assert.ok(output.includes(`service="${name}"`), name);
    }
  });

  test("moves the job of 42 objects and 191,048 bytes", async () => {
    const job = await until("submitted job", jobTimeoutMs, async () => {
      const page = await get<Page<Named>>("/v1/jobs");
      return page?.items.find(({ name }) => name === "local_test");
    });
    const stats = await until("end of the job", jobTimeoutMs, async () => {
      const now = await get<Stats>(`/v1/jobs/${job.id}/stats`);
      return now === undefined || now.jobState === "Running" ? undefined : now;
    });
    assert.equal(stats.jobState, "Succeed");
    assert.deepEqual({ objects: stats.objects.copied, bytes: stats.bytes.copied }, { objects: 42, bytes: 191_048 });
  });

  test("holds the same content on both sides", async () => {
    const compare = ["causeway", "compare", "local_test", "--content"];
    const { exitCode, output } = await system.run("run", "--rm", "-T", "--no-deps", "demo", ...compare);
    assert.equal(exitCode, 0, output);
    assert.match(output, /compared 42\/42 objects, 191048\/191048 bytes/);
  });
});

describe("the composed system", () => {
  const secrets = { SECRET_KEY: Buffer.alloc(32, 7).toString("base64"), API_KEYS: "test:admin:0123456789abcdef" };

  for (const missing of ["SECRET_KEY", "API_KEYS"]) {
    test(`does not start without ${missing}, and says so`, async () => {
      const system = compose("bare", { ...secrets, [missing]: "", COMPOSE_PROFILES: "" });
      try {
        const { exitCode, output } = await system.plain("up", "--detach", "--build");
        assert.notEqual(exitCode, 0);
        assert.match(output, new RegExp(`"needs-${missing}" didn't complete`));
        assert.match(
          await system.must("logs", `needs-${missing}`),
          new RegExp(`${missing} is not set: put ${missing}=`),
        );
        assert.equal((await system.must("ps", "--quiet", "--status", "running", "api", "master", "worker")).trim(), "");
      } finally {
        await system.down();
      }
    });
  }
});

/** The JSON at a URL; undefined while the API does not answer well. */
async function read<T>(url: string, key: string): Promise<T | undefined> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) return undefined;
    // The shapes are the API's documented ones; the assertions read what they need.
    return (await response.json()) as T;
  } catch {
    return undefined;
  }
}
