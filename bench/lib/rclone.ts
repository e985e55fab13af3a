import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Store } from "../../test/system/system.ts";
import { onCore, peakRssBytes, reapedCpuSeconds } from "./processes.ts";

/** What one run of a tool took, of its own processes alone. */
export interface ToolRun {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/**
 * rclone with its defaults and nothing of the caller's settings. `source:` and `target:` are both the store that it was made
 * for: between two remotes the bytes pass through rclone, within one it would only ask the store to copy.
 */
export interface Rclone {
  /** Runs one command on the given core; rejects where it does not end with 0. */
  run(core: number, ...args: readonly string[]): Promise<ToolRun>;
  close(): Promise<void>;
}

const pollMs = 100;

export async function createRclone(store: Store): Promise<Rclone> {
  const folder = await mkdtemp(join(tmpdir(), "causeway-rclone-"));
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    RCLONE_CONFIG: join(folder, "none.conf"),
    ...remote("SOURCE", store),
    ...remote("TARGET", store),
  };
  return {
    async run(core, ...args) {
      const startedAtMs = performance.now();
      const cpuBefore = reapedCpuSeconds();
      const [command = "", ...rest] = onCore(core, "rclone", ...args);
      const child = spawn(command, rest, { env, stdio: ["ignore", "ignore", "pipe"] });
      let said = "";
      child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
      let rss = 0;
      const timer = setInterval(() => (rss = Math.max(rss, peakRssBytes(child.pid ?? 0) ?? 0)), pollMs);
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
      }).finally(() => clearInterval(timer));
      if (code !== 0) throw new Error(`rclone ${args.join(" ")} ended with ${code}: ${said}`);
      const seconds = (performance.now() - startedAtMs) / 1000;
      return { seconds, cpuSeconds: reapedCpuSeconds() - cpuBefore, peakRssBytes: rss };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function remote(name: string, { url, region, accessKeyId, secretAccessKey }: Store): Readonly<Record<string, string>> {
  const settings = {
    TYPE: "s3",
    PROVIDER: "Other",
    ENDPOINT: url,
    REGION: region,
    ACCESS_KEY_ID: accessKeyId,
    SECRET_ACCESS_KEY: secretAccessKey,
  };
  return Object.fromEntries(
    Object.entries(settings).map(([setting, value]) => [`RCLONE_CONFIG_${name}_${setting}`, value]),
  );
}
