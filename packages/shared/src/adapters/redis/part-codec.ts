import type { UploadedPart } from "../../ports/object-target.ts";
import { fieldsOf, type Reply } from "./scripts.ts";

/** A recorded part: `size crc64 sourceChecksum etag`, `-` for a checksum that is not there; the first word is what the scripts read, the number is in the field's name. */
export function packPart({ sizeBytes, crc64, sourceChecksum, etag }: UploadedPart): string {
  return `${sizeBytes} ${crc64 ?? "-"} ${sourceChecksum ?? "-"} ${etag}`;
}

/** Reads a list of part numbers and recorded parts. */
export function partsOf(reply: Reply | undefined): readonly UploadedPart[] {
  return [...fieldsOf(reply)].map(([partNumber, packed]) => {
    const [, size, crc64, sourceChecksum, etag = ""] = /^(\d+) (\S+) (\S+) (.*)$/s.exec(packed.toString()) ?? [];
    return {
      partNumber: Number(partNumber),
      sizeBytes: Number(size),
      crc64: numberOf(crc64),
      sourceChecksum: numberOf(sourceChecksum),
      etag,
    };
  });
}

function numberOf(text = "-"): bigint | undefined {
  return text === "-" ? undefined : BigInt(text);
}
