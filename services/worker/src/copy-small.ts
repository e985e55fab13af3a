import { contentMd5 } from "@causeway/shared/domain/etag.ts";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { SourceFacts } from "@causeway/shared/domain/object.ts";
import { chooseProof, hasMd5Etag } from "@causeway/shared/domain/proof.ts";
import type { Checksums } from "@causeway/shared/ports/checksums.ts";
import type { SourceBody } from "@causeway/shared/ports/object-source.ts";
import type { CopyStep } from "./batch.ts";
import { attributesOf, type CopyAnswer } from "./copy-object.ts";
import { createProofHash } from "./proof-hash.ts";
import type { Scheduler } from "./scheduler.ts";

export interface SmallParts {
  readonly scheduler: Scheduler;
  readonly checksums: Checksums;
}

/**
 * Copies an object by way of memory: one GET, one PUT. An ETag that is an MD5 travels as Content-MD5: then OSS itself
 * compares what it got with what the source stores, and refuses before anything becomes visible.
 */
export async function copySmall(step: CopyStep, { scheduler, checksums }: SmallParts): Promise<CopyAnswer> {
  const { object, signal } = step;
  const waited = scheduler.enter("small", object.sizeBytes, signal);
  if (waited !== undefined) await waited;
  try {
    const { source } = step.work;
    const body = await source.read({ key: object.key, etag: object.etag, range: undefined }, step);
    const bytes = await gather(body, object.sizeBytes);
    return await send(step, body.facts, bytes, checksums);
  } finally {
    scheduler.leave("small", object.sizeBytes);
  }
}

async function send(step: CopyStep, facts: SourceFacts, bytes: Uint8Array, checksums: Checksums): Promise<CopyAnswer> {
  const { work, targetKey, ifThere } = step;
  const proof = chooseProof(facts, work.spec.sourceProof);
  if (proof.algorithm !== "md5") check(bytes, facts, proof);
  const attributes = attributesOf(facts, work.rules.mapping);
  const md5 = hasMd5Etag(facts) ? contentMd5(facts.etag) : undefined;
  const payload = { bytes, contentMd5: md5 };
  const stored = await work.target.put({ key: targetKey, payload, attributes, ifThere }, step).catch((thrown) => {
    // OSS refused the body: if it is not what the source's own MD5 says, it was damaged before it came here.
    if (md5 !== undefined && thrown instanceof Fault && thrown.code === "TARGET_CHECKSUM_MISMATCH") {
      check(bytes, facts, { algorithm: "md5", expected: md5 });
    }
    throw thrown;
  });
  if (stored === "exists") return "exists";
  return {
    sizeBytes: bytes.length,
    sourceEtag: facts.etag,
    crc64: checksums.crc64(bytes),
    stored,
    proof: proof.algorithm,
    doubt: undefined,
  };
}

function check(bytes: Uint8Array, facts: SourceFacts, plan: Parameters<typeof createProofHash>[0]): void {
  const hash = createProofHash(plan);
  hash?.update(bytes);
  const fault = hash?.check(facts);
  if (fault !== undefined) throw fault;
}

/** The whole body in one buffer; the source's chunks live only until the next one. */
async function gather(body: SourceBody, expectedBytes: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(body.sizeBytes);
  let filled = 0;
  for await (const chunk of body.chunks) {
    if (filled + chunk.length > bytes.length) throw truncated(expectedBytes, filled + chunk.length);
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled !== bytes.length || filled !== expectedBytes) throw truncated(expectedBytes, filled);
  return bytes;
}

/** Sizes are part of the version: an equal ETag with another size is a body that was cut or padded. */
function truncated(expectedBytes: number, gotBytes: number): Fault {
  return new Fault("SOURCE_BODY_TRUNCATED", "transient", { said: `${gotBytes} of ${expectedBytes} bytes came` });
}
