import { contentMd5 } from "@causeway/shared/domain/etag.ts";
import { chooseProof, hasMd5Etag } from "@causeway/shared/domain/proof.ts";
import type { Checksums } from "@causeway/shared/ports/checksums.ts";
import type { CopyStep } from "./batch.ts";
import { attributesOf, type CopyAnswer } from "./copy-object.ts";
import { measured } from "./measured.ts";
import { createProofHash } from "./proof-hash.ts";
import type { Scheduler } from "./scheduler.ts";

export interface StreamedParts {
  readonly scheduler: Scheduler;
  readonly checksums: Checksums;
  /** Memory that a body on its way takes, reserved for each. */
  readonly windowBytes: number;
}

/** Copies an object that is too large for memory and too small for parts: the GET flows into one PUT. */
export async function copyStreamed(step: CopyStep, parts: StreamedParts): Promise<CopyAnswer> {
  const { scheduler, windowBytes } = parts;
  const waited = scheduler.enter("large", windowBytes, step.signal);
  if (waited !== undefined) await waited;
  try {
    return await flow(step, parts.checksums);
  } finally {
    scheduler.leave("large", windowBytes);
  }
}

async function flow(step: CopyStep, checksums: Checksums): Promise<CopyAnswer> {
  const { object, work, targetKey, ifThere } = step;
  const body = await work.source.read(
    { key: object.key, etag: object.etag, range: undefined, expectedBytes: object.sizeBytes },
    step,
  );
  const { facts, sizeBytes } = body;
  const plan = chooseProof(facts, work.spec.sourceProof);
  const md5 = hasMd5Etag(facts) ? contentMd5(facts.etag) : undefined;
  // OSS compares the MD5 for us. Once it has refused a body, the next attempt computes it here too, to tell which side lies.
  const hash = plan.algorithm === "md5" && step.attempt === 1 ? undefined : createProofHash(plan);
  const attributes = attributesOf(facts, work.rules.mapping);
  const crc = checksums.createCrc64();
  const chunks = measured(body.chunks, crc, hash);
  const payload = { chunks, sizeBytes, contentMd5: md5 };
  try {
    const stored = await work.target.put({ key: targetKey, payload, attributes, ifThere }, step);
    if (stored === "exists") return "exists";
    const doubt = hash?.check(facts);
    return { sizeBytes, sourceEtag: facts.etag, crc64: crc.value(), stored, proof: plan.algorithm, doubt };
  } finally {
    // A target that refuses early leaves the body unread: its connection is given up here.
    await chunks.return();
  }
}
