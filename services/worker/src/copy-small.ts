import { contentMd5 } from "@causeway/shared/domain/etag.ts";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { SourceFacts } from "@causeway/shared/domain/object.ts";
import { chooseProof, hasMd5Etag } from "@causeway/shared/domain/proof.ts";
import type { Checksums } from "@causeway/shared/ports/checksums.ts";
import type { SourceBody } from "@causeway/shared/ports/object-source.ts";
import { attributesOf } from "./attributes.ts";
import type { CopyAnswer, CopyStep } from "./copy-step.ts";
import { rested } from "./path-watch.ts";
import { createProofHash, type ProofHash } from "./proof-hash.ts";
import type { Scheduler } from "./scheduler.ts";
import { unlikeListed } from "./verify.ts";

export interface SmallParts {
  readonly scheduler: Scheduler;
  readonly checksums: Checksums;
}

/**
 * Copies an object by way of memory: one GET, one PUT. An ETag that is an MD5 travels as Content-MD5: then OSS itself
 * compares what it got with what the source stores, and refuses before anything becomes visible.
 */
export function copySmall(step: CopyStep, { scheduler, checksums }: SmallParts): Promise<CopyAnswer> {
  const { object, work, signal } = step;
  return scheduler.hold({ lane: "small", bytes: object.sizeBytes }, signal, async (pass) => {
    const rest = rested(work.paths, signal);
    if (rest !== undefined) await rest;
    const request = { key: object.key, etag: object.etag, range: undefined, expectedBytes: object.sizeBytes };
    const body = await work.source.read(request, step);
    const bytes = wholeOf(body, object.sizeBytes) ?? (await gather(body, object.sizeBytes));
    // From here on its connection to the source may read the next one.
    const passed = pass();
    if (passed !== undefined) await passed;
    const copy = await send(step, body.facts, bytes, checksums);
    // Only now is it sure that no socket still has something of it to send.
    if (copy !== "exists") body.release?.();
    return copy;
  });
}

async function send(step: CopyStep, facts: SourceFacts, bytes: Uint8Array, checksums: Checksums): Promise<CopyAnswer> {
  const { work, targetKey, ifThere, signal } = step;
  const plan = chooseProof(facts, work.spec.sourceProof, "compared-by-target");
  if (plan.algorithm !== "md5") prove(bytes, facts, createProofHash(plan, checksums));
  const attributes = attributesOf(facts, work.rules.mapping);
  const md5 = plan.algorithm === "md5" ? plan.expected : md5Of(facts);
  const payload = { bytes, contentMd5: md5 };
  const rest = rested(work.paths, signal);
  if (rest !== undefined) await rest;
  try {
    const stored = await work.target.put({ key: targetKey, payload, attributes, ifThere }, step);
    if (stored === "exists") return "exists";
    const crc64 = checksums.crc64(bytes);
    return { sizeBytes: bytes.length, sourceEtag: facts.etag, crc64, stored, proof: plan.algorithm };
  } catch (thrown) {
    // OSS refused the body: if it is not what the source's own MD5 says, it was damaged before it came here.
    if (md5 !== undefined && thrown instanceof Fault && thrown.code === "TARGET_CHECKSUM_MISMATCH") {
      prove(bytes, facts, createProofHash({ algorithm: "md5", expected: md5 }, checksums));
    }
    throw thrown;
  }
}

/** Sent also where the job wants no proof by it: it keeps a damaged body from becoming visible. */
function md5Of(facts: SourceFacts): string | undefined {
  return hasMd5Etag(facts) ? contentMd5(facts.etag) : undefined;
}

function prove(bytes: Uint8Array, facts: SourceFacts, hash: ProofHash | undefined): void {
  hash?.update(bytes);
  const fault = hash?.check(facts);
  if (fault !== undefined) throw fault;
}

/** A small body comes whole as a rule: then it need not be gathered chunk by chunk. */
function wholeOf({ whole }: SourceBody, expectedBytes: number): Uint8Array | undefined {
  return whole?.length === expectedBytes ? whole : undefined;
}

/** The whole body in one buffer; the source's chunks live only until the next one. */
async function gather({ sizeBytes, chunks }: SourceBody, expectedBytes: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(expectedBytes);
  let filled = 0;
  for await (const chunk of chunks) {
    // Also before anything is kept of a body that announces more than memory was reserved for.
    if (sizeBytes !== expectedBytes || filled + chunk.length > expectedBytes) break;
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  if (sizeBytes !== expectedBytes || filled !== expectedBytes) throw unlikeListed(expectedBytes, sizeBytes);
  return bytes;
}
