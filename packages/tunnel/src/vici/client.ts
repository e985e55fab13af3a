import { connect, type Socket } from "node:net";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import { type ViciMessage, decodeMessage, encodeMessage } from "./message.ts";
import { type Packet, type PacketKind, encodePacket, packetsOf } from "./packet.ts";

/** How long to wait: until `signal` is aborted, and no longer than `waitMs`. */
export interface Waiting extends Signalled {
  readonly waitMs: number;
}

/**
 * Commands to charon over its VICI socket, one connection each: a slow command holds up no other. Every method rejects with a
 * Fault (CHARON_UNREACHABLE, kind path; CHARON_REFUSED, permanent) or with the signal's reason.
 */
export interface ViciClient {
  /** Sends a command and answers what charon says. Says "no" and a reason: a CHARON_REFUSED. */
  ask(command: string, message: ViciMessage, options: Waiting): Promise<ViciMessage>;
  /** The same for a command that answers in events of this name: all of them. */
  collect(command: string, event: string, message: ViciMessage, options: Waiting): Promise<readonly ViciMessage[]>;
  /** Calls `heard` for each event of these names; resolves never. Rejects when charon ends. */
  listen(
    events: readonly string[],
    heard: (event: string, message: ViciMessage) => void,
    options: Signalled,
  ): Promise<never>;
}

const slow = "VICI_SLOW";
const nothing = Buffer.alloc(0);

/** `socket`: the path of charon's VICI socket, usually /run/charon.vici. Nothing is opened yet. */
export function createViciClient(socket: string): ViciClient {
  return {
    ask: (command, message, waiting) =>
      converse(socket, waiting, async (charon) => {
        charon.send("request", command, encodeMessage(message));
        return accepted(command, await charon.next());
      }),
    collect: (command, event, message, waiting) =>
      converse(socket, waiting, async (charon) => {
        charon.send("register", event, nothing);
        confirmed(event, await charon.next());
        charon.send("request", command, encodeMessage(message));
        const messages: ViciMessage[] = [];
        for (;;) {
          const packet = await charon.next();
          if (packet.kind !== "event") {
            accepted(command, packet);
            return messages;
          }
          messages.push(decodeMessage(packet.body));
        }
      }),
    listen: (events, heard, { signal }) =>
      converse(socket, { signal, waitMs: Infinity }, async (charon) => {
        for (const event of events) {
          charon.send("register", event, nothing);
          confirmed(event, await charon.next());
        }
        for (;;) {
          const { name, body } = await charon.next();
          heard(name, decodeMessage(body));
        }
      }),
  };
}

interface Conversation {
  send(kind: PacketKind, name: string, body: Buffer): void;
  next(): Promise<Packet>;
}

/** Opens a connection for `talk` and closes it afterwards, however that ends. */
async function converse<T>(
  path: string,
  { signal, waitMs }: Waiting,
  talk: (conversation: Conversation) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const socket = connect(path);
  const leave = (): void => void socket.destroy(new Error("the wait was ended"));
  signal.addEventListener("abort", leave, { once: true });
  const giveUp = (): void => void socket.destroy(noAnswer(waitMs));
  const timer = waitMs === Infinity ? undefined : setTimeout(giveUp, waitMs);
  try {
    await opened(socket);
    return await talk(conversationOver(socket));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Fault) throw error;
    const said = `${path}: ${error instanceof Error ? error.message : String(error)}`;
    throw new Fault("CHARON_UNREACHABLE", "path", { cause: error, said });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
    socket.destroy();
  }
}

function conversationOver(socket: Socket): Conversation {
  const packets = packetsOf(socket);
  return {
    send: (kind, name, body) => void socket.write(encodePacket({ kind, name, body })),
    async next() {
      const packet = await packets.next();
      if (packet.done === true) throw new Error("charon closed the connection");
      return packet.value;
    },
  };
}

function noAnswer(waitMs: number): Error {
  return Object.assign(new Error(`no answer came in ${waitMs} ms`), { code: slow });
}

/** Whether charon took the connection and only did not answer in time: it may be busy. */
export function wasSlow({ cause }: Fault): boolean {
  return cause instanceof Error && "code" in cause && cause.code === slow;
}

function opened(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
}

function confirmed(event: string, { kind }: Packet): void {
  if (kind !== "confirm") throw refused(`it knows no event ${event}`);
}

function accepted(command: string, { kind, body }: Packet): ViciMessage {
  if (kind !== "response") throw refused(`it knows no command ${command}`);
  const message = decodeMessage(body);
  if (message["success"] === "no") throw refused(`${command}: ${reasonIn(message)}`);
  return message;
}

function reasonIn({ errmsg }: ViciMessage): string {
  return typeof errmsg === "string" && errmsg !== "" ? errmsg : "no reason given";
}

function refused(said: string): Fault {
  return new Fault("CHARON_REFUSED", "permanent", { said });
}
