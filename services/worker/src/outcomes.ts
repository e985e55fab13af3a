import type { Fault } from "@causeway/shared/domain/fault.ts";
import type { SourceObject, TargetObject } from "@causeway/shared/domain/object.ts";
import type { Outcome, SkipReason } from "@causeway/shared/domain/outcome.ts";
import { sameMd5 } from "@causeway/shared/domain/etag.ts";
import type { BadCopy } from "./verify.ts";
import type { Copied } from "./copy-step.ts";

/** What is remembered of an object while it is worked on. */
export interface Trail {
  /** The version at hand: the listed one until the source turns out to have another. */
  object: SourceObject;
  readonly index: number;
  /** With those of the part that needed the most, where it goes in parts. */
  attempts: number;
  /** Versions that were looked at after the listed one. */
  rereads: number;
  /** What is there may be overwritten although the policy is `never`, because it is ours. */
  isOurs: boolean;
  /** What the last attempt left at the target, where it is not what it should be. */
  bad: BadCopy | undefined;
}

export function newTrail(object: SourceObject, index: number): Trail {
  return { object, index, attempts: 0, rereads: 0, isOurs: false, bad: undefined };
}

/** The object arrived and is proven. */
export function copied(trail: Trail, targetKey: string, copy: Copied, atMs: number): Outcome {
  return {
    state: "copied",
    index: trail.index,
    key: trail.object.key,
    sizeBytes: copy.sizeBytes,
    sourceEtag: copy.sourceEtag,
    attempts: trail.attempts,
    atMs,
    targetKey,
    targetEtag: copy.stored.etag,
    crc64: String(copy.crc64),
    proof: copy.proof,
  };
}

/** An earlier attempt of this job had copied it, and its outcome got lost. An MD5 at the target proves the source's bytes. */
export function alreadyCopied(trail: Trail, held: TargetObject, atMs: number): Outcome {
  const { object } = trail;
  return {
    state: "copied",
    index: trail.index,
    key: object.key,
    sizeBytes: object.sizeBytes,
    sourceEtag: object.etag,
    attempts: trail.attempts,
    atMs,
    targetKey: held.key,
    targetEtag: held.etag,
    crc64: String(held.crc64 ?? 0n),
    proof: sameMd5(object.etag, held.etag) ? "md5" : "none",
  };
}

export function skipped(trail: Trail, targetKey: string, because: SkipReason, atMs: number): Outcome {
  const { object, index, attempts } = trail;
  return {
    state: "skipped",
    index,
    key: object.key,
    sizeBytes: object.sizeBytes,
    sourceEtag: object.etag,
    attempts,
    atMs,
    targetKey,
    because,
  };
}

export function failed(trail: Trail, fault: Fault, atMs: number): Outcome {
  const { object, index, attempts } = trail;
  return {
    state: "failed",
    index,
    key: object.key,
    sizeBytes: object.sizeBytes,
    sourceEtag: object.etag,
    attempts,
    atMs,
    code: fault.code,
    message: fault.said ?? fault.message,
  };
}
