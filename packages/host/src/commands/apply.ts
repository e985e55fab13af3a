import type { HostContext, ExitCode } from "../host-context.ts";
import { hostFiles, hostUnits, otherUnits } from "../host-files.ts";
import { readHostConfig } from "../read-config.ts";
import { writeFiles } from "../write-files.ts";

export interface ApplyOptions {
  /** The folder of host.yaml and tunnel.yaml. */
  readonly from: string;
  /** Below which folder the files are written; `/` for this host. */
  readonly into: string;
  /** Whether the host's services are started, too; never below another folder. */
  readonly services: "start" | "leave";
}

/** Writes what host.yaml and tunnel.yaml ask for and starts the host's services, the guard first. Twice is once. */
export async function apply({ from, into, services }: ApplyOptions, context: HostContext): Promise<ExitCode> {
  const read = await readHostConfig(from);
  if ("faults" in read) {
    for (const fault of read.faults) context.complain(fault);
    return 2;
  }
  const changed = await writeFiles(hostFiles(read.config), into);
  for (const path of changed) context.say(`wrote ${path}`);
  if (into !== "/" || services === "leave") return 0;
  return startUnits(hostUnits(read.config), otherUnits(read.config), context);
}

async function startUnits(
  mine: readonly string[],
  others: readonly string[],
  { machine, say, complain }: HostContext,
): Promise<ExitCode> {
  // A kernel without one of the settings takes the others; the doctor tells of those that count.
  await machine.run("sysctl", "--quiet", "--system");
  await machine.run("systemctl", "daemon-reload");
  if (others.length > 0) await machine.run("systemctl", "disable", "--now", ...others);
  let code: ExitCode = 0;
  for (const unit of mine) {
    const enabled = await machine.run("systemctl", "enable", unit);
    const started = await machine.run("systemctl", "restart", "--no-block", unit);
    const failed = [enabled, started].find(({ exitCode }) => exitCode !== 0);
    if (failed === undefined) {
      say(`started ${unit}`);
      continue;
    }
    complain(`${unit} was not started: ${failed.output.trim()}`);
    code = 1;
  }
  return code;
}
