import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** CPU time that a process and its reaped children have used so far, in seconds, as Linux counts it. */
export function cpuSeconds(pid: number): number {
  const { own, reaped } = ticksOf(pid);
  return (own + reaped) / ticksPerSecond;
}

/** CPU time of those children of this process that have ended, in seconds. */
export function reapedCpuSeconds(): number {
  return ticksOf(process.pid).reaped / ticksPerSecond;
}

const ticksPerSecond = 100;

function ticksOf(pid: number): { readonly own: number; readonly reaped: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The command's name, in parentheses, may hold spaces: the fields start behind it with the third.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [userTicks = "0", systemTicks = "0", childUserTicks = "0", childSystemTicks = "0"] = fields.slice(11, 15);
  return { own: Number(userTicks) + Number(systemTicks), reaped: Number(childUserTicks) + Number(childSystemTicks) };
}

/**
 * For how many seconds a core has had something to do since the machine's start. More than its processes' own CPU: what the kernel
 * does for their packets counts for no process, and what the hypervisor takes away for nobody's.
 */
export function coreBusySeconds(core: number): number {
  const line = new RegExp(`^cpu${core} (.+)$`, "m").exec(readFileSync("/proc/stat", "utf8"))?.[1];
  if (line === undefined) throw new Error(`this machine has no core ${core}`);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(" ").map(Number);
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond;
}

/** The largest resident memory that a process has had, in bytes; undefined once it has ended. */
export function peakRssBytes(pid: number): number | undefined {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(statusOf(pid))?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

/** Ties a running process, all its threads and those to come, to one core. */
export function pin(pid: number, core: number): void {
  execFileSync("taskset", ["-acp", String(core), String(pid)], { stdio: "ignore" });
}

/** A command that runs on one core only. */
export function onCore(core: number, ...command: readonly string[]): readonly string[] {
  return ["taskset", "-c", String(core), ...command];
}
