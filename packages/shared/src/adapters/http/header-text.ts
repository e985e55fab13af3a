/** A header value as it came, one character a byte; what is UTF-8 is read as such. */
export function textOfHeader(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  const decoded = Buffer.from(value, "latin1").toString("utf8");
  return decoded.includes("\ufffd") ? value : decoded;
}

/** Text as a header value: its UTF-8, one character a byte. */
export function headerOfText(text: string): string {
  return /[^\x00-\x7f]/.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}
