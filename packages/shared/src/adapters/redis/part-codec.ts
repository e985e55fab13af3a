import type { UploadedPart } from "../../ports/object-target.ts";
import { fieldsOf, type Reply } from "./scripts.ts";

/** A recorded part: `size crc64 etag`; the first word is what the scripts read, the number is in the field's name. */
export function packPart({ sizeBytes, crc64, etag }: UploadedPart): string {
  return `${sizeBytes} ${crc64 ?? "-"} ${etag}`;
}

/** Reads a list of part numbers and recorded parts. */
export function partsOf(reply: Reply | undefined): readonly UploadedPart[] {
  return [...fieldsOf(reply)].map(([partNumber, packed]) => {
    const [, size, crc64 = "-", etag = ""] = /^(\d+) (\S+) (.*)$/s.exec(packed.toString()) ?? [];
    return {
      partNumber: Number(partNumber),
      sizeBytes: Number(size),
      crc64: crc64 === "-" ? undefined : BigInt(crc64),
      etag,
    };
  });
}
