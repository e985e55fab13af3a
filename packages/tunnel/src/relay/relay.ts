import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { type Socket, connect, createServer } from "node:net";
import type { ReadRefused } from "../link/guard-counters.ts";
import { encodeMessage } from "../vici/message.ts";
import { type Packet, encodePacket, packetsOf } from "../vici/packet.ts";
import { readable, refusedCommand } from "./readable.ts";

export interface RelayParts {
  /** charon's own socket. Whoever may write to it commands charon, and by a connection's updown script the whole host. */
  readonly charon: string;
  /** Where readers connect; a socket that lies there is replaced. */
  readonly listen: string;
  readonly refused: ReadRefused;
}

/** A socket that speaks VICI and lets others read of charon what a worker needs, and nothing more. */
export interface Relay {
  close(): void;
}

/** A reader that holds more is broken or wicked. */
const mostReaders = 64;
/** Owner and group: who else may read is for the folder's group to say. */
const socketMode = 0o660;

/** Resolves once readers are heard. charon need not be there yet: each reader that asks for it is connected anew. */
export async function openRelay(parts: RelayParts): Promise<Relay> {
  await rm(parts.listen, { force: true });
  const readers = new Set<Socket>();
  const server = createServer((reader) => {
    readers.add(reader);
    void serve(reader, parts)
      .catch(() => undefined)
      .finally(() => readers.delete(reader));
  });
  server.maxConnections = mostReaders;
  server.listen(parts.listen);
  await once(server, "listening");
  await chmod(parts.listen, socketMode);
  return {
    close() {
      server.close();
      for (const reader of readers) reader.destroy();
    },
  };
}

async function serve(reader: Socket, { charon: path, refused }: RelayParts): Promise<void> {
  let charon: Socket | undefined;
  const reached = (): Socket => {
    if (charon === undefined) {
      charon = connect(path);
      passOn(charon, reader).catch(() => reader.destroy());
    }
    return charon;
  };
  // The loops below end with the sockets; an error after that is nobody's news.
  reader.on("error", () => undefined);
  try {
    for await (const packet of packetsOf(reader)) {
      const answer = await answerTo(packet, refused);
      await written(answer === undefined ? reached() : reader, answer ?? packet);
    }
  } finally {
    charon?.destroy();
    reader.destroy();
  }
}

/** All that charon says, packet by packet: answers of our own go between whole ones. */
async function passOn(charon: Socket, reader: Socket): Promise<void> {
  charon.on("error", () => undefined);
  for await (const packet of packetsOf(charon)) await written(reader, packet);
  reader.destroy();
}

/** What the relay says itself; undefined: this is for charon. To whom it refuses something, charon does not know it. */
async function answerTo(packet: Packet, refused: ReadRefused): Promise<Packet | undefined> {
  if (packet.kind === "request" && packet.name === refusedCommand) {
    const packets = await refused();
    const told = typeof packets === "number" ? { packets: String(packets) } : { why: packets };
    return { kind: "response", name: "", body: encodeMessage(told) };
  }
  if (readable(packet)) return undefined;
  const kind = packet.kind === "request" ? "unknown-command" : "unknown-event";
  return { kind, name: "", body: Buffer.alloc(0) };
}

/** Waits where the other side reads more slowly than we write. */
async function written(socket: Socket, packet: Packet): Promise<void> {
  if (socket.write(encodePacket(packet))) return;
  await Promise.race([once(socket, "drain"), once(socket, "close")]);
}
