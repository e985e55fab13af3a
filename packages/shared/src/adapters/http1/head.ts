import type { HeaderFields } from "./header-fields.ts";

export interface RequestHead {
  readonly method: string;
  /** The request target as it is signed. */
  readonly path: string;
  /** By lower-case name, Host among them, without Content-Length. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a response says before its body. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: HeaderFields;
}

/** Writes a request's head as latin1 text; `sizeBytes` of a body become its Content-Length. */
export function formatRequestHead(
  { method, path, headers }: Pick<RequestHead, "method" | "path" | "headers">,
  sizeBytes?: number,
): string {
  let text = `${method} ${path} HTTP/1.1\r\n`;
  for (const name of Object.keys(headers)) {
    const value = headers[name] ?? "";
    if (LINE_BREAK.test(value)) throw unsendable(`header ${name} holds a line break`);
    text += `${name}: ${value}\r\n`;
  }
  // Header values are bytes: what is beyond ASCII was encoded by the caller, one byte per character.
  return sizeBytes === undefined ? `${text}\r\n` : `${text}content-length: ${sizeBytes}\r\n\r\n`;
}

/** A request that cannot be written as HTTP, however often it is tried. */
function unsendable(message: string): Error {
  return Object.assign(new Error(message), { code: "LANE_UNSENDABLE" });
}

const LINE_BREAK = /[\r\n]/;
const STATUS_LINE = /^HTTP\/1\.[01] \d{3}(?: |\r|$)/;
const STATUS_AT = "HTTP/1.1 ".length;

/**
 * What a connection's last answers had in their lines. The next one has the same names in the same places, as a rule, and some
 * lines never change: to compare with what is expected costs less than to find out what is there.
 */
export interface KnownLines {
  /** Names as written, with their colon. */
  readonly names: readonly string[];
  readonly places: HeaderFields["places"];
  /** By place: a line that has been the same until now; undefined: it varies. */
  readonly unchanged: (Line | undefined)[];
}

interface Line {
  /** With its line end. */
  readonly text: string;
  /** Given again and again: whoever keeps it does not keep the text of his own answer by it. */
  readonly value: string;
}

export const noLines: KnownLines = { names: [], places: new Map(), unchanged: [] };

/**
 * Reads a response's head, each line of it with its end, without the empty one; tells what is known for the connection's next one.
 * Undefined: this is not HTTP/1.1.
 */
export function parseResponseHead(
  text: string,
  known: KnownLines = noLines,
): { readonly head: ResponseHead; readonly known: KnownLines } | undefined {
  if (!STATUS_LINE.test(text)) return undefined;
  const values: string[] = [];
  const start = readExpected(text, text.indexOf("\r\n") + 2, known, values);
  const isAsExpected = start === text.length && values.length === known.names.length;
  const next = isAsExpected ? known : readOthers(text, start, known, values);
  if (next === undefined) return undefined;
  return { head: { status: statusOf(text), headers: { places: next.places, values } }, known: next };
}

/** Adds the values of the lines that have the expected names; answers where the first other one starts. Lines that vary are forgotten. */
function readExpected(text: string, start: number, { names, unchanged }: KnownLines, values: string[]): number {
  let at = start;
  for (let place = 0; place < names.length && at < text.length; place += 1) {
    const line = unchanged[place];
    if (line !== undefined && text.startsWith(line.text, at)) {
      values.push(line.value);
      at += line.text.length;
      continue;
    }
    const name = names[place] ?? "";
    if (!text.startsWith(name, at)) break;
    unchanged[place] = undefined;
    const end = text.indexOf("\r\n", at);
    values.push(trimmed(text, at + name.length, end));
    at = end + 2;
  }
  return at;
}

/** Adds the values of all lines from `start` on; answers what is known now. Undefined: one of them is no header. */
function readOthers(text: string, start: number, known: KnownLines, values: string[]): KnownLines | undefined {
  const names = known.names.slice(0, values.length);
  const unchanged = known.unchanged.slice(0, values.length);
  for (let at = start; at < text.length;) {
    const end = text.indexOf("\r\n", at);
    const behind = text.indexOf(":", at) + 1;
    if (behind <= at + 1 || behind > end) return undefined;
    const value = trimmed(text, behind, end);
    names.push(text.slice(at, behind));
    unchanged.push({ text: text.slice(at, end + 2), value });
    values.push(value);
    at = end + 2;
  }
  return { names, unchanged, places: placesOf(names) };
}

/** Three digits, as `STATUS_LINE` has seen. */
function statusOf(text: string): number {
  const digit = (at: number): number => text.charCodeAt(STATUS_AT + at) - 0x30;
  return digit(0) * 100 + digit(1) * 10 + digit(2);
}

function placesOf(names: readonly string[]): HeaderFields["places"] {
  return new Map(names.map((name, place) => [name.slice(0, -1).toLowerCase(), place]));
}

/** A value without the blanks around it (RFC 9110 §5.5), as one piece of the text and not as two. */
function trimmed(text: string, start: number, end: number): string {
  let first = start;
  let behind = end;
  while (first < behind && isBlank(text.charCodeAt(first))) first += 1;
  while (first < behind && isBlank(text.charCodeAt(behind - 1))) behind -= 1;
  return text.slice(first, behind);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Joins a chunked body (RFC 9112 §7.1) that starts at `raw`'s start; undefined when it is not complete. */
export function joinChunked(raw: Buffer): { readonly body: Buffer; readonly endAt: number } | "garbled" | undefined {
  const pieces: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = raw.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const sizeBytes = Number.parseInt(raw.toString("latin1", at, lineEnd), 16);
    if (Number.isNaN(sizeBytes) || sizeBytes < 0) return "garbled";
    const start = lineEnd + 2;
    if (sizeBytes === 0) {
      // Behind the last chunk may come trailers; an empty line ends it all.
      const isBare = raw.toString("latin1", start, start + 2) === "\r\n";
      const end = isBare ? start : raw.indexOf("\r\n\r\n", start) + 2;
      return isBare || end > start ? { body: Buffer.concat(pieces), endAt: end + 2 } : undefined;
    }
    if (raw.length < start + sizeBytes + 2) return undefined;
    pieces.push(raw.subarray(start, start + sizeBytes));
    at = start + sizeBytes + 2;
  }
}
