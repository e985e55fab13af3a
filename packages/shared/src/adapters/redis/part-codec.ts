import type { UploadedPart } from "../../ports/object-target.ts";
import { fieldsOf, type Reply } from "./scripts.ts";

/**
 * A recorded part: `size crc64 sourceChecksum attempts etag`, `-` for a checksum that is not there, and no attempts where one
 * was enough; the first word is what the scripts read, the number is in the field's name.
 */
export function packPart({ sizeBytes, crc64, sourceChecksum, attempts = 1, etag }: UploadedPart): string {
  const again = attempts === 1 ? "" : `${attempts} `;
  return `${sizeBytes} ${crc64 ?? "-"} ${sourceChecksum ?? "-"} ${again}${etag}`;
}

/** Reads a list of part numbers and recorded parts. */
export function partsOf(reply: Reply | undefined): readonly UploadedPart[] {
  return [...fieldsOf(reply)].map(([partNumber, packed]) => {
    const [, size, crc64, sourceChecksum, attempts = 1, etag = ""] =
      /^(\d+) (\S+) (\S+) (?:(\d+) )?(.*)$/s.exec(packed.toString()) ?? [];
    return {
      partNumber: Number(partNumber),
      sizeBytes: Number(size),
      crc64: numberOf(crc64),
      sourceChecksum: numberOf(sourceChecksum),
      attempts: Number(attempts),
      etag,
    };
  });
}

function numberOf(text = "-"): bigint | undefined {
  return text === "-" ? undefined : BigInt(text);
}
