import { ok, warning } from "../domain/preflight/line.ts";
import type { Looked, Looking } from "./check.ts";
import { isUnseenHere, type PreflightStores } from "./stores.ts";

/** Lists the target's prefix: may the credentials, and is something there already? */
export async function listTarget(stores: PreflightStores, looking: Looking): Promise<Looked<"seen" | "unseen">> {
  const { prefix, bucket } = stores.spec.target;
  const place = `${bucket}/${prefix}`;
  try {
    const target = stores.target();
    const page = await looking.tried(() => target.listPage({ prefix, after: undefined, limit: 10 }, looking));
    if (page.objects.length === 0)
      return { findings: [ok(`The credentials may list ${place}, which is empty.`)], value: "seen" };
    if (stores.spec.overwrite !== "always") {
      const message = `The credentials may list ${place}, which holds objects; overwrite is ${stores.spec.overwrite}.`;
      return { findings: [ok(message)], value: "seen" };
    }
    const cure =
      'Set overwrite to "if-different" (in job.cfg: isSkipExistFile=true), unless all of it may be replaced.';
    return { findings: [warning(`${place} holds objects, and overwrite is always.`, cure)], value: "seen" };
  } catch (thrown) {
    if (!isUnseenHere(thrown, stores, "target")) throw thrown;
    const said = `The job names its target's credentials by reference, and this process does not hold them (${thrown.said ?? thrown.code}).`;
    const cure =
      "Give the API the same environment or role as masters and workers, or look from a worker's host with --here.";
    return { findings: [warning(said, cure)], value: "unseen" };
  }
}
