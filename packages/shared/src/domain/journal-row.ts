import { z } from "zod";
import { type FaultCode, isFaultCode } from "./fault-codes.ts";
import type { Outcome } from "./outcome.ts";

const common = {
  taskId: z.string().length(32),
  /** The object's place in its task, from 0. */
  index: z.number().int().min(0),
  key: z.string(),
  sizeBytes: z.number().int().min(0),
  sourceEtag: z.string(),
  attempts: z.number().int().min(0),
  at: z.iso.datetime(),
};

const faultCodeSchema = z.custom<FaultCode>((value) => typeof value === "string" && isFaultCode(value), {
  message: "is no fault code of this version",
});

/**
 * One row of the journal: what became of one object. Parts are NDJSON, so DuckDB's `read_json` and `jq` read them. CRC-64 is
 * decimal text: JSON's numbers hold only 53 bits of it.
 */
const journalRowSchema = z.discriminatedUnion("state", [
  z.strictObject({
    ...common,
    state: z.literal("copied"),
    targetKey: z.string(),
    targetEtag: z.string(),
    crc64: z.string().regex(/^\d{1,20}$/),
    proof: z.enum(["md5", "multipart-md5", "crc64nvme", "crc32c", "crc32", "sha256", "sha1", "none"]),
  }),
  z.strictObject({
    ...common,
    state: z.literal("skipped"),
    targetKey: z.string(),
    because: z.enum(["already-there", "not-newer", "exists"]),
  }),
  z.strictObject({ ...common, state: z.literal("failed"), code: faultCodeSchema, message: z.string() }),
]);

/** Writes an outcome as one line of NDJSON, without the line break. */
export function journalLine(taskId: string, outcome: Outcome): string {
  return JSON.stringify(rowOf(taskId, outcome));
}

/** Field by field: taken apart by `...` a row is half as dear again. */
function rowOf(taskId: string, outcome: Outcome): z.infer<typeof journalRowSchema> {
  const { index, key, sizeBytes, sourceEtag, attempts } = outcome;
  const at = new Date(outcome.atMs).toISOString();
  switch (outcome.state) {
    case "copied": {
      const { state, targetKey, targetEtag, crc64, proof } = outcome;
      return { taskId, state, index, key, sizeBytes, sourceEtag, attempts, targetKey, targetEtag, crc64, proof, at };
    }
    case "skipped": {
      const { state, targetKey, because } = outcome;
      return { taskId, state, index, key, sizeBytes, sourceEtag, attempts, targetKey, because, at };
    }
    case "failed": {
      const { state, code, message } = outcome;
      return { taskId, state, index, key, sizeBytes, sourceEtag, attempts, code, message, at };
    }
    default:
      return outcome satisfies never;
  }
}

/** Reads a line back. Throws where it is not a row of this version. */
export function outcomeOfLine(line: string): Outcome {
  const { taskId: _taskId, at, ...rest } = journalRowSchema.parse(JSON.parse(line));
  return { ...rest, atMs: Date.parse(at) };
}
