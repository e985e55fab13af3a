const UNRESERVED = /^[A-Za-z0-9\-._~]*$/u;
const UNRESERVED_OR_SLASH = /^[A-Za-z0-9\-._~/]*$/u;

/** Percent-encodes everything but `A-Z a-z 0-9 - . _ ~`, as the V4 signatures of both stores want it. */
export function encodeStrict(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The same for a path: slashes stay. */
export function encodePath(path: string): string {
  return UNRESERVED_OR_SLASH.test(path) ? path : encodeStrict(path).replaceAll("%2F", "/");
}

/** Undoes percent-encoding; `undefined` where the text is malformed or its bytes are not UTF-8. A `+` stays a `+`. */
export function decodePercent(text: string): string | undefined {
  const utf8 = utf8Of(text);
  if (utf8 === undefined || !utf8.includes("%")) return utf8;
  try {
    return decodeURIComponent(utf8);
  } catch {
    return undefined;
  }
}

/** Whether every character is one byte of UTF-8: counting the bytes is what costs least. */
export function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

/** Node hands over what stands in a request's head as one character per byte: this is the text that those bytes mean. */
export function utf8Of(bytes: string): string | undefined {
  if (isAscii(bytes)) return bytes;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}

/** The opposite of `utf8Of`: one character per byte of the text's UTF-8. */
export function bytesOf(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}
