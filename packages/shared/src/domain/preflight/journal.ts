import { type Finding, failure, ok } from "./line.ts";

/** Where the journal lies: in a bucket, in a folder that all hosts share, or in one that each host has its own of. */
export type JournalKind = "bucket" | "shared-folder" | "own-folder";

/** Judges a journal that could be written: every host must read the same one. */
export function judgeJournal(kind: JournalKind, hosts: readonly string[]): Finding {
  if (kind === "own-folder" && hosts.length > 1) {
    return failure(
      `The journal is a folder, and services run on ${hosts.length} hosts (${hosts.join(", ")}): reports would miss rows.`,
      "Set JOURNAL_URL to a bucket (oss://… or s3://…) on all of them, or to a shared mount with JOURNAL_SHARED=true.",
    );
  }
  return ok("The journal can be written.");
}
