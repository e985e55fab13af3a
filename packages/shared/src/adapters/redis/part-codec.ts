import type { UploadedPart } from "../../ports/object-target.ts";
import { fieldsOf, type Reply } from "./scripts.ts";

/** A recorded part: `size crc64 sourceCrc etag`, `-` for a CRC that is not there; the first word is what the scripts read, the number is in the field's name. */
export function packPart({ sizeBytes, crc64, sourceCrc, etag }: UploadedPart): string {
  return `${sizeBytes} ${crc64 ?? "-"} ${sourceCrc ?? "-"} ${etag}`;
}

/** Reads a list of part numbers and recorded parts. */
export function partsOf(reply: Reply | undefined): readonly UploadedPart[] {
  return [...fieldsOf(reply)].map(([partNumber, packed]) => {
    const [, size, crc64, sourceCrc, etag = ""] = /^(\d+) (\S+) (\S+) (.*)$/s.exec(packed.toString()) ?? [];
    return {
      partNumber: Number(partNumber),
      sizeBytes: Number(size),
      crc64: crcOf(crc64),
      sourceCrc: crcOf(sourceCrc),
      etag,
    };
  });
}

function crcOf(text = "-"): bigint | undefined {
  return text === "-" ? undefined : BigInt(text);
}
