import { contentMd5 } from "@causeway/shared/domain/etag.ts";
import { chooseProof, hasMd5Etag } from "@causeway/shared/domain/proof.ts";
import type { Checksums } from "@causeway/shared/ports/checksums.ts";
import type { SourceBody } from "@causeway/shared/ports/object-source.ts";
import { attributesOf } from "./attributes.ts";
import type { CopyAnswer, CopyStep } from "./copy-step.ts";
import { measured, withBody } from "./measured.ts";
import { rested } from "./path-watch.ts";
import { createProofHash } from "./proof-hash.ts";
import type { Scheduler } from "./scheduler.ts";
import { unlikeListed } from "./verify.ts";

export interface StreamedParts {
  readonly scheduler: Scheduler;
  readonly checksums: Checksums;
  /** Memory that a body on its way takes, reserved for each. */
  readonly windowBytes: number;
}

/** Copies an object that is too large for memory and too small for parts: the GET flows into one PUT. */
export function copyStreamed(step: CopyStep, parts: StreamedParts): Promise<CopyAnswer> {
  const place = { lane: "large", bytes: parts.windowBytes } as const;
  return parts.scheduler.hold(place, step.signal, () => flow(step, parts.checksums));
}

async function flow(step: CopyStep, checksums: Checksums): Promise<CopyAnswer> {
  const { object, work, signal } = step;
  const rest = rested(work.paths, signal);
  if (rest !== undefined) await rest;
  const request = { key: object.key, etag: object.etag, range: undefined, expectedBytes: object.sizeBytes };
  return withBody(work.source, request, signal, (body) => send(step, body, checksums));
}

async function send(step: CopyStep, body: SourceBody, checksums: Checksums): Promise<CopyAnswer> {
  const { object, work, targetKey, ifThere } = step;
  const { facts, sizeBytes } = body;
  if (sizeBytes !== object.sizeBytes) throw unlikeListed(object.sizeBytes, sizeBytes);
  const plan = chooseProof(facts, work.spec.sourceProof, "compared-by-target");
  const md5 = hasMd5Etag(facts) ? contentMd5(facts.etag) : undefined;
  // OSS compares the MD5 for us. Once it has refused a body, the next attempt computes it here too, to tell which side lies.
  const proof = plan.algorithm === "md5" && step.attempt === 1 ? undefined : createProofHash(plan, checksums);
  const attributes = attributesOf(facts, work.rules.mapping);
  const crc = checksums.createCrc64();
  const chunks = measured(body, { crc, proof, verdict: () => proof?.check(facts) });
  const payload = { chunks, sizeBytes, contentMd5: md5 };
  const stored = await work.target.put({ key: targetKey, payload, attributes, ifThere }, step);
  if (stored === "exists") return "exists";
  return { sizeBytes, sourceEtag: facts.etag, crc64: crc.value(), stored, proof: plan.algorithm };
}
