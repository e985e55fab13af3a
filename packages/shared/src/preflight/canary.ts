import { type CanaryReading, judgeCanary } from "../domain/preflight/canary.ts";
import { Fault } from "../domain/fault.ts";
import type { ObjectSource } from "../ports/object-source.ts";
import type { Looked, Looking } from "./check.ts";

/** Asks for one key of the canary bucket, which the VPC endpoint's policy has to deny. */
export async function lookAtCanary(
  bucket: string,
  canary: ObjectSource,
  { signal, tried }: Looking,
): Promise<Looked<null>> {
  return { findings: [judgeCanary({ bucket, ...(await ask(canary, { signal, tried })) })], value: null };
}

async function ask(canary: ObjectSource, { signal, tried }: Looking): Promise<Omit<CanaryReading, "bucket">> {
  try {
    await tried(() => canary.listPage({ prefix: "", after: undefined, limit: 1 }, { signal }));
    return { answer: "listed", said: "" };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return { answer: thrown.code === "SOURCE_ACCESS_DENIED" ? "denied" : "other", said: thrown.said ?? thrown.code };
  }
}
