const SIGNATURE = "Signature=";

/** The fields of a V4 signature in the Authorization header: of all of them only the signature is new with each request. */
export interface CutFields {
  readonly signature: string | undefined;
  /** The other fields, as they stood, with commas between them. */
  readonly others: string;
}

/** Takes the signature out of `Credential=…,Signature=…` and the like, wherever it stands. */
export function cutSignature(fields: string): CutFields {
  const at = fields.lastIndexOf(SIGNATURE);
  const before = fields.slice(0, Math.max(at, 0)).trimEnd();
  if (at < 0 || (before !== "" && !before.endsWith(","))) return { signature: undefined, others: fields };
  const end = fields.indexOf(",", at);
  return end < 0
    ? { signature: fields.slice(at + SIGNATURE.length).trim(), others: before.slice(0, -1) }
    : { signature: fields.slice(at + SIGNATURE.length, end).trim(), others: before + fields.slice(end + 1) };
}
