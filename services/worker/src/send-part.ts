import { Fault } from "@causeway/shared/domain/fault.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import { type PartPlan, partPatienceMs, partRange } from "@causeway/shared/domain/parts.ts";
import type { Checksums } from "@causeway/shared/ports/checksums.ts";
import type { Upload, UploadedPart } from "@causeway/shared/ports/object-target.ts";
import type { Persist } from "./attempts.ts";
import type { JobWork } from "./job-work.ts";
import { measured, withBody } from "./measured.ts";
import { rested } from "./path-watch.ts";
import type { PartChecksum } from "./proof-hash.ts";
import type { Scheduler } from "./scheduler.ts";

export interface SendParts {
  readonly scheduler: Scheduler;
  readonly checksums: Checksums;
  readonly windowBytes: number;
  readonly persist: Persist;
}

/** Whose part it is. */
export interface PartStep {
  readonly work: JobWork;
  /** The version: every read is pinned to it. */
  readonly version: SourceObject;
  readonly upload: Upload;
  readonly plan: Pick<PartPlan, "partSizeBytes">;
  /** Told of each attempt, from 1. */
  tried(attempt: number): void;
  readonly signal: AbortSignal;
}

/**
 * Sends one part, streamed, until OSS' CRC of it is ours. `openProof` gives, for each attempt, what takes the source's own
 * checksum of the part.
 */
export async function sendPart(
  step: PartStep,
  partNumber: number,
  { scheduler, windowBytes, checksums, persist }: SendParts,
  openProof?: () => { update(bytes: Uint8Array): void },
): Promise<UploadedPart> {
  const { work, signal, upload, version } = step;
  const { first, last } = partRange(step.plan, version.sizeBytes, partNumber);
  const send = async (): Promise<UploadedPart> => {
    const rest = rested(work.paths, signal);
    if (rest !== undefined) await rest;
    const request = { key: version.key, etag: version.etag, range: { first, last } };
    return withBody(work.source, request, signal, async (body) => {
      const crc = checksums.createCrc64();
      const payload = { chunks: measured(body, { crc, proof: openProof?.() }), sizeBytes: body.sizeBytes };
      const part = await work.target.uploads.putPart(upload, partNumber, payload, { signal });
      const crc64 = crc.value();
      if (part.crc64 === crc64) return { ...part, sizeBytes: last - first + 1 };
      const said = `part ${partNumber}: sent CRC-64 ${crc64}, stored ${part.crc64 ?? "without a CRC-64"}`;
      throw new Fault("TARGET_CHECKSUM_MISMATCH", "transient", { said });
    });
  };
  const place = { lane: "large", bytes: windowBytes } as const;
  const how = { paths: work.paths, patienceMs: partPatienceMs(version.sizeBytes), signal };
  const attempt = (n: number): Promise<UploadedPart> => {
    step.tried(n);
    return scheduler.hold(place, signal, send);
  };
  return persist(attempt, how);
}

/** The CRC-64 of all parts, one behind the other. */
export function combinedCrc64(parts: readonly UploadedPart[], { combineCrc64 }: Checksums): bigint {
  return parts.reduce((crc, part) => combineCrc64(crc, part.crc64 ?? 0n, part.sizeBytes), 0n);
}

/** Those of the part that needed the most. */
export function mostAttempts(parts: readonly UploadedPart[]): number {
  return parts.reduce((most, { attempts = 1 }) => Math.max(most, attempts), 1);
}

/** What the parts' own proofs made of them. */
export function partChecksums(parts: readonly UploadedPart[]): readonly PartChecksum[] {
  return parts.map(({ sourceChecksum = 0n, sizeBytes }) => ({ checksum: sourceChecksum, sizeBytes }));
}
