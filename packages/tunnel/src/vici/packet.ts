/** One packet of the VICI protocol, without its length. */
export interface Packet {
  readonly kind: PacketKind;
  /** Of a command or an event; empty for answers, which have none. */
  readonly name: string;
  readonly body: Buffer;
}

// The numbers on the wire, by strongSwan's src/libcharon/plugins/vici/README.md, "Packet layer".
const kinds = [
  "request",
  "response",
  "unknown-command",
  "register",
  "unregister",
  "confirm",
  "unknown-event",
  "event",
] as const;

export type PacketKind = (typeof kinds)[number];

const named: ReadonlySet<PacketKind> = new Set(["request", "register", "unregister", "event"]);
const lengthBytes = 4;
/** charon takes and sends nothing larger. */
const largestPacketBytes = 512 * 1024;

/** The packet's bytes with its length in front. */
export function encodePacket({ kind, name, body }: Packet): Buffer {
  const nameBytes = Buffer.from(name, "utf8");
  const head = named.has(kind)
    ? Buffer.concat([Buffer.of(kinds.indexOf(kind), nameBytes.length), nameBytes])
    : Buffer.of(kinds.indexOf(kind));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(head.length + body.length);
  return Buffer.concat([length, head, body]);
}

/** Cuts a stream into packets. Throws a RangeError for what is none; a stream that ends inside a packet just ends. */
export async function* packetsOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Packet, void, undefined> {
  let waiting = Buffer.alloc(0);
  for await (const chunk of stream) {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= lengthBytes) {
      const endsAt = lengthBytes + waiting.readUInt32BE();
      if (endsAt > lengthBytes + largestPacketBytes) throw new RangeError("a packet is larger than VICI allows");
      if (waiting.length < endsAt) break;
      yield decodePacket(waiting.subarray(lengthBytes, endsAt));
      waiting = waiting.subarray(endsAt);
    }
  }
}

function decodePacket(bytes: Buffer): Packet {
  const number = bytes[0];
  const kind = number === undefined ? undefined : kinds[number];
  if (kind === undefined) throw new RangeError(`a packet of kind ${number ?? "none"} is not known`);
  if (!named.has(kind)) return { kind, name: "", body: bytes.subarray(1) };
  const nameEndsAt = 2 + (bytes[1] ?? 0);
  if (nameEndsAt > bytes.length) throw new RangeError("a packet ends in the middle of its name");
  return { kind, name: bytes.toString("utf8", 2, nameEndsAt), body: bytes.subarray(nameEndsAt) };
}
