/** What a VICI message says: texts, lists of texts, and sections of the same. */
export interface ViciMessage {
  readonly [name: string]: string | readonly string[] | ViciMessage;
}

// Elements of a message, by strongSwan's src/libcharon/plugins/vici/README.md, "Message format".
const sectionStart = 1;
const sectionEnd = 2;
const keyValue = 3;
const listStart = 4;
const listItem = 5;
const listEnd = 6;

const longestName = 255;
const longestValueBytes = 65_535;

/** Writes a message as charon reads it. Throws a RangeError for a name or value that the protocol cannot hold. */
export function encodeMessage(message: ViciMessage): Buffer {
  const pieces: Buffer[] = [];
  for (const [name, value] of Object.entries(message)) {
    if (typeof value === "string") pieces.push(element(keyValue), nameBytes(name), valueBytes(value));
    else if (isList(value)) {
      pieces.push(element(listStart), nameBytes(name));
      for (const item of value) pieces.push(element(listItem), valueBytes(item));
      pieces.push(element(listEnd));
    } else pieces.push(element(sectionStart), nameBytes(name), encodeMessage(value), element(sectionEnd));
  }
  return Buffer.concat(pieces);
}

/** Reads a message. Throws a RangeError for bytes that are none. */
export function decodeMessage(bytes: Buffer): ViciMessage {
  return readSection(createReader(bytes), "whole");
}

interface Reader {
  isAtEnd(): boolean;
  byte(): number;
  name(): string;
  value(): string;
}

function createReader(bytes: Buffer): Reader {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new RangeError("the message ends in the middle of an element");
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    isAtEnd: () => at === bytes.length,
    byte: () => take(1).readUInt8(),
    name: () => take(take(1).readUInt8()).toString("utf8"),
    value: () => take(take(2).readUInt16BE()).toString("utf8"),
  };
}

function readSection(reader: Reader, extent: "whole" | "inner"): ViciMessage {
  const entries: [string, ViciMessage[string]][] = [];
  for (;;) {
    if (extent === "whole" && reader.isAtEnd()) break;
    const kind = reader.byte();
    if (extent === "inner" && kind === sectionEnd) break;
    const name = kind === keyValue || kind === listStart || kind === sectionStart ? reader.name() : unknown(kind);
    entries.push([name, readValue(kind, reader)]);
  }
  return Object.fromEntries(entries);
}

function readValue(kind: number, reader: Reader): ViciMessage[string] {
  if (kind === keyValue) return reader.value();
  return kind === listStart ? readList(reader) : readSection(reader, "inner");
}

function readList(reader: Reader): readonly string[] {
  const items: string[] = [];
  for (let kind = reader.byte(); kind !== listEnd; kind = reader.byte()) {
    if (kind !== listItem) return unknown(kind);
    items.push(reader.value());
  }
  return items;
}

function unknown(kind: number): never {
  throw new RangeError(`an element of kind ${kind} stands where none may`);
}

function isList(value: readonly string[] | ViciMessage): value is readonly string[] {
  return Array.isArray(value);
}

function element(kind: number): Buffer {
  return Buffer.of(kind);
}

function nameBytes(name: string): Buffer {
  const bytes = Buffer.from(name, "utf8");
  if (bytes.length > longestName) throw new RangeError(`a name of ${bytes.length} bytes is too long for VICI`);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function valueBytes(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  if (bytes.length > longestValueBytes) throw new RangeError(`a value of ${bytes.length} bytes is too long for VICI`);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
