import { looksLikeMd5, sameMd5 } from "./etag.ts";
import type { JobSpec } from "./job-spec.ts";
import type { SourceObject, TargetObject } from "./object.ts";
import type { SkipReason } from "./outcome.ts";

/** What of a job bears on the decision. */
export interface DecisionRule {
  readonly overwrite: JobSpec["overwrite"];
  readonly unrecorded: JobSpec["unrecorded"];
  readonly jobId: string;
}

export type CopyReason =
  | "missing"
  | "always"
  | "size-differs"
  | "content-differs"
  | "unrecorded"
  | "newer"
  | "unproven";

export type Decision =
  | { readonly action: "copy"; readonly because: CopyReason }
  /** This job wrote exactly this version before, and its outcome got lost: it counts as copied. */
  | { readonly action: "already-copied" }
  | { readonly action: "skip"; readonly because: SkipReason };

/**
 * Decides whether `source` must be copied, given what the target holds under its key.
 *
 * | overwrite      | nothing there | this job wrote this version | anything else there                                |
 * |----------------|---------------|-----------------------------|----------------------------------------------------|
 * | `never`        | copy          | already copied              | skip                                               |
 * | `always`       | copy          | already copied              | copy                                               |
 * | `if-different` | copy          | already copied              | by size, recorded ETag, MD5 ETags, else `unrecorded` |
 * | `if-newer`     | copy          | already copied              | by recorded source mtime, else OSS' Last-Modified  |
 */
export function decide(source: SourceObject, target: TargetObject | undefined, rule: DecisionRule): Decision {
  if (target === undefined) return { action: "copy", because: "missing" };
  if (wroteThisVersion(source, target, rule.jobId)) {
    return isProven(source, target) ? { action: "already-copied" } : { action: "copy", because: "unproven" };
  }
  switch (rule.overwrite) {
    case "never":
      return { action: "skip", because: "exists" };
    case "always":
      return { action: "copy", because: "always" };
    case "if-different":
      return ifDifferent(source, target, rule);
    case "if-newer":
      return source.lastModifiedMs > (target.recorded?.sourceModifiedMs ?? target.lastModifiedMs)
        ? { action: "copy", because: "newer" }
        : { action: "skip", because: "not-newer" };
    default:
      return rule.overwrite satisfies never;
  }
}

/**
 * Whether a listing's answer is too little to decide by: listings do not tell what a job recorded. An object of another
 * size is certainly not this version.
 */
export function needsRecord(source: SourceObject, listed: TargetObject, rule: DecisionRule): boolean {
  if (listed.recorded !== undefined) return false;
  switch (rule.overwrite) {
    case "if-newer":
      return true;
    case "never":
    case "always":
    case "if-different":
      return listed.sizeBytes === source.sizeBytes;
    default:
      return rule.overwrite satisfies never;
  }
}

function wroteThisVersion(source: SourceObject, target: TargetObject, jobId: string): boolean {
  const { recorded } = target;
  return recorded?.jobId === jobId && recorded.sourceEtag === source.etag && target.sizeBytes === source.sizeBytes;
}

/**
 * A worker may die between a PUT and the look at its CRC, so the mark alone proves nothing. MD5 ETags on both sides do;
 * an object made of parts does, because its parts are compared before it is completed. Everything else is copied again.
 */
function isProven(source: SourceObject, target: TargetObject): boolean {
  if (target.crc64 === undefined) return false;
  return sameMd5(source.etag, target.etag) || /-\d+$/.test(target.etag);
}

function ifDifferent(source: SourceObject, target: TargetObject, rule: DecisionRule): Decision {
  if (target.sizeBytes !== source.sizeBytes) return { action: "copy", because: "size-differs" };
  if (target.recorded !== undefined) {
    return target.recorded.sourceEtag === source.etag
      ? { action: "skip", because: "already-there" }
      : { action: "copy", because: "content-differs" };
  }
  if (looksLikeMd5(source.etag) && looksLikeMd5(target.etag)) {
    return sameMd5(source.etag, target.etag)
      ? { action: "skip", because: "already-there" }
      : { action: "copy", because: "content-differs" };
  }
  return rule.unrecorded === "trust-size"
    ? { action: "skip", because: "already-there" }
    : { action: "copy", because: "unrecorded" };
}
