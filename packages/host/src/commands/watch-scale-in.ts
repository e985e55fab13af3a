import { setTimeout as sleep } from "node:timers/promises";
import type { ExitCode, HostContext } from "../host-context.ts";

const everyMs = 5000;
const patienceMs = 2000;
const tokenSeconds = "60";

/**
 * Waits until the Auto Scaling group is about to take this host away, then stops the worker, which hands its tasks back. `metadata` is
 * the base address of EC2's metadata service; its target-lifecycle-state says `Terminated` while the group's lifecycle hook waits.
 */
export async function watchScaleIn(metadata: string, context: HostContext): Promise<ExitCode> {
  const { say, complain, machine, stopping } = context;
  let trouble: "none" | "told" = "none";
  while (!stopping.aborted) {
    const state = await targetState(metadata).catch((error: unknown) => {
      if (trouble === "none") complain(`${metadata} does not answer: ${String(error)}`);
      trouble = "told";
      return undefined;
    });
    if (state !== undefined) trouble = "none";
    if (state === "Terminated") {
      say("the group takes this host away: the worker drains");
      const { exitCode, output } = await machine.run("systemctl", "stop", "--no-block", "causeway-worker.service");
      if (exitCode === 0) return 0;
      complain(`the worker was not stopped: ${output.trim()}`);
      return 1;
    }
    await sleep(everyMs, undefined, { signal: stopping }).catch(() => undefined);
  }
  return 0;
}

/** Undefined: this host is in no group. */
async function targetState(metadata: string): Promise<string | undefined> {
  const signal = AbortSignal.timeout(patienceMs);
  const asked = { "x-aws-ec2-metadata-token-ttl-seconds": tokenSeconds };
  const token = await fetch(new URL("/latest/api/token", metadata), { method: "PUT", headers: asked, signal });
  const headers = { "x-aws-ec2-metadata-token": await token.text() };
  const url = new URL("/latest/meta-data/autoscaling/target-lifecycle-state", metadata);
  const answer = await fetch(url, { headers, signal, redirect: "error" });
  const text = await answer.text();
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return text.trim();
}
