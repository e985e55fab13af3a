import { readFileSync } from "node:fs";

/** CPU time that a process and its reaped children have used so far, in seconds, as Linux counts it. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The command's name, in parentheses, may hold spaces: the fields start behind it with the third.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [userTicks = "0", systemTicks = "0", childUserTicks = "0", childSystemTicks = "0"] = fields.slice(11, 15);
  const ticksPerSecond = 100;
  return (Number(userTicks) + Number(systemTicks) + Number(childUserTicks) + Number(childSystemTicks)) / ticksPerSecond;
}

/** The largest resident memory that a process has had, in bytes. */
export function peakRssBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`no VmHWM in the status of process ${pid}`);
  return Number(kibibytes) * 1024;
}
