import { partsOfEtag } from "@causeway/shared/domain/etag.ts";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { SourceFacts, SourceObject } from "@causeway/shared/domain/object.ts";
import type { SourceProof } from "@causeway/shared/domain/outcome.ts";
import { type PartPlan, partRange, planParts, planSourceParts } from "@causeway/shared/domain/parts.ts";
import { chooseProof, hasEtagOfParts, type ProofPlan } from "@causeway/shared/domain/proof.ts";
import type { Checksums } from "@causeway/shared/ports/checksums.ts";
import type { Persist } from "./attempts.ts";
import type { CopyStep } from "./copy-step.ts";
import type { JobWork } from "./job-work.ts";
import { createPartsProof, type PartChecksum } from "./proof-hash.ts";

/** How an object in parts is cut, and what its bytes are proven by. */
export interface LargePlan {
  readonly plan: PartPlan;
  readonly proof: ProofPlan;
}

/**
 * Whether an object's ETag is to be proven part by part, also where its size asks for no parts. That takes an MD5 of every
 * byte, so only who asks for MD5 gets it.
 */
export function provesByParts({ work, object }: CopyStep): boolean {
  return work.spec.sourceProof === "md5" && partsOfEtag(object.etag) !== undefined;
}

/** Cuts the object where its source was cut if that proves its ETag, else as the job says. */
export async function planLarge(step: CopyStep, facts: SourceFacts): Promise<LargePlan> {
  const { spec, source } = step.work;
  if (provesByParts(step) && hasEtagOfParts(facts)) {
    const first = await source.part({ key: facts.key, etag: facts.etag, partNumber: 1 }, step);
    const plan = first && planSourceParts(facts, first);
    if (plan !== undefined) return { plan, proof: { algorithm: "multipart-md5", expected: facts.etag.toLowerCase() } };
  }
  const plan = planParts(facts.sizeBytes, spec.largeObjects.partSize);
  if ("refused" in plan) throw new Fault(plan.refused, "permanent", { said: plan.said });
  return { plan, proof: chooseProof(facts, spec.sourceProof, "computed-here") };
}

/** Parts that have been read, and whose. */
export interface ReadParts {
  readonly work: JobWork;
  readonly version: SourceObject;
  readonly plan: Pick<PartPlan, "partSizeBytes">;
  readonly proof: ProofPlan;
  /** In the order of the parts' numbers. */
  readonly checksums: readonly PartChecksum[];
  readonly signal: AbortSignal;
}

export interface ProveParts {
  readonly checksums: Checksums;
  readonly persist: Persist;
}

/**
 * Proves all parts together: answers by what, or throws SOURCE_CHECKSUM_MISMATCH. An ETag of parts that differs proves nothing
 * either way where the source was cut elsewhere: its first part alone cannot show that.
 */
export async function proveParts(read: ReadParts, parts: ProveParts): Promise<SourceProof> {
  const fault = createPartsProof(read.proof, parts.checksums)?.check(read.checksums, read.version);
  if (fault === undefined) return read.proof.algorithm;
  const isCutElsewhere = read.proof.algorithm === "multipart-md5" && !(await isCutAsPlanned(read, parts.persist));
  if (isCutElsewhere) return "none";
  throw fault;
}

const partsAskedAtOnce = 16;

async function isCutAsPlanned(
  { work, version, plan, checksums, signal }: ReadParts,
  persist: Persist,
): Promise<boolean> {
  const { key, etag, sizeBytes } = version;
  const isSo = async (partNumber: number): Promise<boolean> => {
    const ask = () => work.source.part({ key, etag, partNumber }, { signal });
    const part = await persist(ask, { paths: work.paths, signal });
    const { first, last } = partRange(plan, sizeBytes, partNumber);
    return part?.sizeBytes === last - first + 1;
  };
  for (let done = 0; done < checksums.length; done += partsAskedAtOnce) {
    const some = checksums.slice(done, done + partsAskedAtOnce);
    const answers = await Promise.all(some.map((_, at) => isSo(done + at + 1)));
    if (answers.includes(false)) return false;
  }
  return true;
}
