/** What a response says before its body. Header names are lower-case; of a repeated header the last one counts. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Writes a request's head. Values come from the signers, which let no line break through. */
export function formatRequestHead(method: string, path: string, headers: Readonly<Record<string, string>>): Buffer {
  let text = `${method} ${path} HTTP/1.1\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (/[\r\n]/.test(value)) throw new Error(`header ${name} holds a line break`);
    text += `${name}: ${value}\r\n`;
  }
  // Header values are bytes: what is beyond ASCII was encoded by the caller, one byte per character.
  return Buffer.from(`${text}\r\n`, "latin1");
}

/** Reads a response's head (without its empty last line); undefined when this is not HTTP/1.1. */
export function parseResponseHead(text: string): ResponseHead | undefined {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1];
  if (status === undefined) return undefined;
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0) return undefined;
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(status), headers };
}

/**
 * Joins a chunked body that has arrived whole (RFC 9112 §7.1); undefined when it is not complete. Only refusals come
 * chunked: their bodies are small, so nothing here is made for speed.
 */
export function joinChunked(raw: Buffer): Buffer | undefined {
  const pieces: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = raw.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const sizeBytes = Number.parseInt(raw.toString("latin1", at, lineEnd), 16);
    if (Number.isNaN(sizeBytes)) return undefined;
    if (sizeBytes === 0) return Buffer.concat(pieces);
    const start = lineEnd + 2;
    if (raw.length < start + sizeBytes + 2) return undefined;
    pieces.push(raw.subarray(start, start + sizeBytes));
    at = start + sizeBytes + 2;
  }
}
