import { failure, type Finding, ok, warning } from "./finding.ts";
import type { Machine } from "./machine.ts";

/** The system below: release, packages, clock, updates, kernel settings. */
export async function checkSystem(machine: Machine): Promise<readonly Finding[]> {
  return Promise.all([
    checkRelease(machine),
    checkStarter(machine),
    checkClock(machine),
    checkUpdates(machine),
    checkTcp(machine),
  ]);
}

async function checkRelease(machine: Machine): Promise<Finding> {
  const text = (await machine.read("/etc/os-release")) ?? "";
  const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? "an unknown system";
  if (/^ID=debian$/m.test(text) && /^VERSION_ID="12"$/m.test(text)) return ok("release", name);
  return failure("release", `this is ${name}.`, "Use Debian 12; the packages and units are made for it.");
}

async function checkStarter(machine: Machine): Promise<Finding> {
  const { output } = await machine.run("dpkg-query", "-W", "-f", "${Status}", "strongswan-starter");
  if (!output.endsWith(" installed")) return ok("packages", "one charon is installed");
  return failure(
    "packages",
    "strongswan-starter is installed: its charon takes UDP 500 and 4500 from charon-systemd.",
    "Run: apt-get remove strongswan strongswan-starter",
  );
}

async function checkClock(machine: Machine): Promise<Finding> {
  const { exitCode, output } = await machine.run("timedatectl", "show", "--property=NTPSynchronized", "--value");
  if (exitCode === 0 && output.trim() === "yes") return ok("clock", "synchronised");
  return warning(
    "clock",
    "it is not known to be synchronised; stores refuse signatures that are 15 minutes off.",
    "Run: apt-get install systemd-timesyncd; timedatectl set-ntp true",
  );
}

async function checkUpdates(machine: Machine): Promise<Finding> {
  const { output } = await machine.run("systemctl", "is-enabled", "apt-daily-upgrade.timer");
  if (output.trim() === "enabled") return ok("updates", "security updates install themselves");
  return warning(
    "updates",
    "security updates do not install themselves.",
    "Run: systemctl enable --now apt-daily.timer apt-daily-upgrade.timer",
  );
}

const smallestSocketBytes = 64 * 1024 * 1024;

async function checkTcp(machine: Machine): Promise<Finding> {
  const congestion = (await machine.read("/proc/sys/net/ipv4/tcp_congestion_control"))?.trim() ?? "unknown";
  const received = (await machine.read("/proc/sys/net/ipv4/tcp_rmem"))?.trim().split(/\s+/)[2] ?? "0";
  if (Number(received) >= smallestSocketBytes && congestion === "bbr") {
    return ok("tcp", `${congestion}, buffers up to ${received} bytes`);
  }
  return warning(
    "tcp",
    `${congestion}, buffers up to ${received} bytes: one connection over a long way stays slow.`,
    "Run: causeway-host apply; a kernel without BBR keeps its own congestion control, the buffers count more.",
  );
}
