/** Which bytes to answer with: `end` is exclusive. */
export type RangeDecision =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  | { readonly kind: "unsatisfiable" };

const WHOLE: RangeDecision = { kind: "whole" };
const UNSATISFIABLE: RangeDecision = { kind: "unsatisfiable" };

/**
 * Decides what a Range header means. S3 is `standard`. By default OSS answers the whole object, 200, when a range is malformed or reaches
 * beyond the end; with `x-oss-range-behavior: standard` it does as HTTP says: cut at the end (206) or refuse (416).
 * Several ranges are never served (Alibaba, GetObject).
 */
export function decideRange(
  header: string | undefined,
  behaviour: string | undefined,
  sizeBytes: number,
): RangeDecision {
  if (header === undefined) return WHOLE;
  const [, first, last] = /^bytes=(\d*)-(\d*)$/u.exec(header.trim()) ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return WHOLE;
  const isStandard = behaviour === "standard";
  const outside = isStandard ? UNSATISFIABLE : WHOLE;
  if (first === "") {
    const suffixBytes = Number(last);
    if (suffixBytes === 0 || sizeBytes === 0) return outside;
    if (suffixBytes > sizeBytes) return isStandard ? { kind: "part", start: 0, end: sizeBytes } : WHOLE;
    return { kind: "part", start: sizeBytes - suffixBytes, end: sizeBytes };
  }
  const start = Number(first);
  const inclusiveEnd = last === "" ? sizeBytes - 1 : Number(last);
  if (last !== "" && start > inclusiveEnd) return WHOLE;
  if (start >= sizeBytes) return outside;
  if (inclusiveEnd >= sizeBytes) return isStandard ? { kind: "part", start, end: sizeBytes } : WHOLE;
  return { kind: "part", start, end: inclusiveEnd + 1 };
}
