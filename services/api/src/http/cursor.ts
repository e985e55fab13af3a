import { createHash } from "node:crypto";
import { z } from "zod";

/** What a cursor walks through: one kind is not taken for the other. */
export type Walk = "jobs" | "failures";

const checksumLength = 10;

/** Wraps the ledger's own cursor, so that the ledger gets back only what it gave. */
export function wrapCursor(walk: Walk, cursor: string | null): string | null {
  if (cursor === null) return null;
  return checksum(walk, cursor) + Buffer.from(cursor, "utf8").toString("base64url");
}

/** The form of a cursor in a query; answers the ledger's own. */
export function cursorSchema(walk: Walk) {
  return z
    .string()
    .max(4000)
    .transform((text, context) => {
      const cursor = Buffer.from(text.slice(checksumLength), "base64url").toString("utf8");
      if (text.startsWith(checksum(walk, cursor))) return cursor;
      context.addIssue({ code: "custom", message: "is not the nextCursor of a page before" });
      return z.NEVER;
    });
}

function checksum(walk: Walk, cursor: string): string {
  return createHash("sha256").update(`${walk}\0${cursor}`).digest("base64url").slice(0, checksumLength);
}
