import { decide } from "@causeway/shared/domain/decide.ts";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import type { Outcome } from "@causeway/shared/domain/outcome.ts";
import { precedingKeys, targetKey } from "@causeway/shared/domain/target-key.ts";
import type { Clock } from "@causeway/shared/ports/clock.ts";
import type { Logger } from "@causeway/shared/platform/logger.ts";
import type { Persist } from "./attempts.ts";
import type { Batch } from "./batch.ts";
import type { CopyObject } from "./copy-step.ts";
import { alreadyCopied, copied, failed, newTrail, skipped, type Trail } from "./outcomes.ts";
import { removeBadCopy, verdictOf } from "./verify.ts";

/**
 * Takes one object from its listing to its outcome: decide → copy → verify → outcome. Rejects only with the reason of the
 * batch's signal; whatever is wrong with the object is its outcome.
 */
export type MigrateObject = (object: SourceObject, index: number, batch: Batch) => Promise<Outcome>;

export interface MigrateParts {
  readonly copyObject: CopyObject;
  readonly persist: Persist;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How often an object that changed at the source is looked at again before it counts as one that never rests. */
const mostRereads = 3;

export function createMigrateObject(parts: MigrateParts): MigrateObject {
  return async (listed, index, batch) => {
    const trail = newTrail(listed, index);
    try {
      const key = targetKey(listed.key, batch.work().rules.key);
      if (typeof key !== "string") throw new Fault(key.refused, "permanent", { said: key.said });
      const twins = precedingKeys(listed.key, batch.work().rules.key);
      if (twins.length > 0) await refuseTwin(twins, batch, parts);
      return await throughVersions(trail, key, batch, parts);
    } catch (thrown) {
      return failedOutcome(trail, thrown, batch, parts);
    }
  };
}

/** Two objects must not become one: the later would replace the first, and both would count as copied. */
async function refuseTwin(twins: readonly string[], batch: Batch, { persist }: MigrateParts): Promise<void> {
  const { paths } = batch.work();
  for (const twin of twins) {
    const found = await persist(() => batch.work().source.head(twin, batch), { paths, signal: batch.signal });
    if (found === undefined) continue;
    throw new Fault("KEY_INVALID", "permanent", {
      said: `${twin} has the same key at the target once this one is stripped`,
    });
  }
}

async function migrate(trail: Trail, key: string, batch: Batch, parts: MigrateParts): Promise<Outcome> {
  const work = batch.work();
  const { object, attempts: attempt } = trail;
  const held = trail.isOurs ? undefined : await batch.view.find(object, key, batch);
  const decision = decide(object, held, work.rules.decision);
  if (decision.action === "skip") return skipped(trail, key, decision.because, parts.clock.now());
  if (decision.action === "already-copied" && held !== undefined) return alreadyCopied(trail, held, parts.clock.now());

  const ifThere = work.spec.overwrite === "never" && held === undefined && !trail.isOurs ? "forbid" : "replace";
  const copyObject = batch.copyObject ?? parts.copyObject;
  const tried = (ofStep: number): void => {
    trail.attempts = Math.max(trail.attempts, attempt + ofStep - 1);
  };
  const copy = await copyObject({ object, targetKey: key, work, attempt, ifThere, tried, signal: batch.signal });
  if (copy === "exists") return whatIsThere(trail, key, batch, parts);

  const verdict = verdictOf(copy);
  if (verdict === "match") return copied(trail, key, copy, parts.clock.now());
  trail.bad = { targetKey: key, crc64: copy.stored.crc64 };
  trail.isOurs = true;
  throw verdict.mismatch;
}

/** Something got under the key since it was looked at: our own lost answer, or somebody else's object, which stays. */
async function whatIsThere(trail: Trail, key: string, batch: Batch, parts: MigrateParts): Promise<Outcome> {
  const work = batch.work();
  const held = await work.target.head(key, batch);
  const decision = decide(trail.object, held, work.rules.decision);
  if (decision.action === "skip") return skipped(trail, key, decision.because, parts.clock.now());
  if (decision.action === "already-copied" && held !== undefined) return alreadyCopied(trail, held, parts.clock.now());
  trail.isOurs = held !== undefined;
  throw new Fault("TARGET_FAILED", "transient", {
    said: "the target refused to overwrite, yet nothing proven is there",
  });
}

/** Follows an object that changes at the source to its present version. */
async function throughVersions(trail: Trail, key: string, batch: Batch, parts: MigrateParts): Promise<Outcome> {
  const how = { paths: batch.work().paths, signal: batch.signal };
  let begun = batch.restarts;
  for (;;) {
    const before = begun;
    const attempt = (n: number): Promise<Outcome> => {
      begun = before + n;
      trail.attempts = begun;
      return migrate(trail, key, batch, parts);
    };
    try {
      return await parts.persist(attempt, how);
    } catch (thrown) {
      const isChanging = thrown instanceof Fault && thrown.code === "SOURCE_CHANGING" && trail.rereads < mostRereads;
      if (!isChanging) throw thrown;
      trail.rereads += 1;
      const { key: sourceKey } = trail.object;
      const facts = await parts.persist(() => batch.work().source.head(sourceKey, batch), how);
      if (facts === undefined) throw new Fault("SOURCE_OBJECT_MISSING", "permanent", { said: sourceKey });
      trail.object = facts;
    }
  }
}

async function failedOutcome(trail: Trail, thrown: unknown, batch: Batch, parts: MigrateParts): Promise<Outcome> {
  batch.signal.throwIfAborted();
  const fault = thrown instanceof Fault ? thrown : internal(trail, thrown, parts.log);
  if (fault.kind === "path") {
    batch.pathDown();
    batch.signal.throwIfAborted();
  }
  if (trail.bad !== undefined) {
    await removeBadCopy(trail.bad, batch).catch((error: unknown) => {
      batch.signal.throwIfAborted();
      parts.log.warn({ key: trail.object.key, err: error }, "a bad copy could not be removed");
    });
  }
  return failed(trail, fault, parts.clock.now());
}

/** A defect of ours costs this object, not the task: the next one may be fine. */
function internal(trail: Trail, thrown: unknown, log: Logger): Fault {
  log.error({ key: trail.object.key, err: thrown, code: "INTERNAL" }, "a defect: the object fails");
  return new Fault("INTERNAL", "permanent", { cause: thrown, said: String(thrown) });
}
