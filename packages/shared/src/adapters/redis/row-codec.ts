import { z } from "zod";
import { isFaultCode } from "../../domain/fault-codes.ts";
import type { Outcome } from "../../domain/outcome.ts";

const text = z.string();
const number = z.number();
const base = [text, text, number, number] as const;
const copiedSchema = z.tuple([
  ...base,
  text,
  text,
  text,
  z.enum(["md5", "multipart-md5", "crc64nvme", "crc32c", "crc32", "sha256", "sha1", "none"]),
]);
const skippedSchema = z.tuple([...base, text, z.enum(["already-there", "not-newer", "exists"])]);
const failedSchema = z.tuple([...base, text]);

/**
 * One outcome as a row of a task's progress: `state sizeBytes code [key, sourceEtag, attempts, atMs, …]`. The first
 * three words are what the scripts read; the code is `-` where nothing failed. The index is the row's field.
 */
export function packRow(outcome: Outcome): string {
  const shared = [outcome.key, outcome.sourceEtag, outcome.attempts, outcome.atMs];
  switch (outcome.state) {
    case "copied": {
      const rest = [outcome.targetKey, outcome.targetEtag, outcome.crc64, outcome.proof];
      return `copied ${outcome.sizeBytes} - ${JSON.stringify([...shared, ...rest])}`;
    }
    case "skipped":
      return `skipped ${outcome.sizeBytes} - ${JSON.stringify([...shared, outcome.targetKey, outcome.because])}`;
    case "failed":
      return `failed ${outcome.sizeBytes} ${outcome.code} ${JSON.stringify([...shared, outcome.message])}`;
    default:
      return outcome satisfies never;
  }
}

export function unpackRow(index: number, row: string): Outcome {
  const [, state, size, code = "", json = ""] = /^(\w+) (\d+) (\S+) (.*)$/s.exec(row) ?? [];
  const values: unknown = JSON.parse(json);
  const sizeBytes = Number(size);
  if (state === "copied") {
    const [key, sourceEtag, attempts, atMs, targetKey, targetEtag, crc64, proof] = copiedSchema.parse(values);
    return { state, index, key, sizeBytes, sourceEtag, attempts, atMs, targetKey, targetEtag, crc64, proof };
  }
  if (state === "skipped") {
    const [key, sourceEtag, attempts, atMs, targetKey, because] = skippedSchema.parse(values);
    return { state, index, key, sizeBytes, sourceEtag, attempts, atMs, targetKey, because };
  }
  const [key, sourceEtag, attempts, atMs, message] = failedSchema.parse(values);
  return {
    state: "failed",
    index,
    key,
    sizeBytes,
    sourceEtag,
    attempts,
    atMs,
    code: isFaultCode(code) ? code : "INTERNAL",
    message,
  };
}

/** Rows as `recorded_rows` in `library.lua` writes them, `index length\nrow`, and what follows them. */
export function cutRows(bytes: Buffer): { readonly outcomes: readonly Outcome[]; readonly rest: Buffer } {
  const outcomes: Outcome[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const [line, behind] = cutLine(rest);
    const [, index, length] = /^(\d+) (\d+)$/.exec(line) ?? [];
    if (index === undefined) break;
    outcomes.push(unpackRow(Number(index), behind.subarray(0, Number(length)).toString()));
    rest = behind.subarray(Number(length));
  }
  return { outcomes, rest };
}

/** The first line as text, and what follows it. */
export function cutLine(bytes: Buffer): readonly [string, Buffer] {
  const end = bytes.indexOf(10);
  return [bytes.subarray(0, end).toString(), bytes.subarray(end + 1)];
}
