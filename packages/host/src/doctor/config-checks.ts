import type { RenderedFile } from "@causeway/tunnel/render/files.ts";
import { guardTable, refusedCounters } from "@causeway/tunnel/render/guard.ts";
import { failure, type Finding, ok, warning } from "./finding.ts";
import type { Machine } from "./machine.ts";

/** Whether what `apply` writes is what lies there. */
export async function checkFiles(machine: Machine, files: readonly RenderedFile[]): Promise<Finding> {
  const texts = await Promise.all(files.map(({ path }) => machine.read(path)));
  const stale = files.filter(({ text }, index) => texts[index] !== text).map(({ path }) => path);
  if (stale.length === 0) return ok("files", `${files.length} as host.yaml and tunnel.yaml say`);
  return failure("files", `not what the settings say: ${stale.join(", ")}.`, "Run: causeway-host apply");
}

/** Whether the guard is in the kernel, and whether it had to refuse anything. */
export async function checkGuard(machine: Machine): Promise<Finding> {
  const { exitCode, output } = await machine.run("nft", "list", "table", "inet", guardTable);
  if (exitCode !== 0) {
    return failure(
      "guard",
      "it is not loaded: without the tunnel, packets to OSS would go out in clear.",
      "Run: systemctl restart causeway-guard",
    );
  }
  const refused = refusedCounters.reduce((sum, name) => sum + packetsOf(output, name), 0);
  if (refused === 0) return ok("guard", "loaded, nothing refused so far");
  return warning(
    "guard",
    `it refused ${refused} packets that were not in the tunnel.`,
    "That is its work while the tunnel is down. While it is up, look for another way out: ip route get ADDRESS",
  );
}

function packetsOf(listing: string, counter: string): number {
  return Number(new RegExp(`counter ${counter} \\{\\s*packets (\\d+)`).exec(listing)?.[1] ?? 0);
}
