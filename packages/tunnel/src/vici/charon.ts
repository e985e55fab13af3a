import { z } from "zod";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { Signalled } from "@causeway/shared/ports/object-source.ts";
import { type ViciClient, createViciClient } from "./client.ts";
import type { ViciMessage } from "./message.ts";
import { type Connection, type IkeSa, readConnections, readSas } from "./security-associations.ts";

/** Something that happened to a tunnel. */
export interface TunnelEvent {
  readonly kind: "ike-up" | "ike-down" | "child-up" | "child-down" | "child-rekeyed";
  /** The connection's name. */
  readonly connection: string;
}

export interface SharedKey {
  /** Under this name it can be replaced and unloaded. */
  readonly id: string;
  /** Identities of both ends. */
  readonly owners: readonly string[];
  readonly key: string;
}

/** The daemon that holds the tunnels up. Methods reject with a Fault (see ViciClient) or the signal's reason. */
export interface Charon {
  /** Such as `charon-systemd 5.9.8`. */
  version(options: Signalled): Promise<string>;
  sas(options: Signalled): Promise<readonly IkeSa[]>;
  connections(options: Signalled): Promise<readonly Connection[]>;
  /** Adds or replaces a connection; `settings` as in swanctl.conf, lists as lists. */
  loadConnection(name: string, settings: ViciMessage, options: Signalled): Promise<void>;
  /** Adds or replaces a pre-shared key: it is in charon's memory then, and in no file. */
  loadKey(key: SharedKey, options: Signalled): Promise<void>;
  /** Brings a child up, and the IKE_SA that it needs; resolves when it is installed. */
  initiate(child: string, options: Signalled): Promise<void>;
  /** Ends the connection's IKE_SAs with all their children; resolves when they are gone. No such SA: a CHARON_REFUSED. */
  terminate(connection: string, options: Signalled): Promise<void>;
  /** Calls `heard` for all that happens to tunnels until the signal is aborted. Rejects when charon ends. */
  watch(heard: (event: TunnelEvent) => void, options: Signalled): Promise<never>;
}

const waitMs = 5000;
/** A peer that does not answer is given up after 16 s with the settings that we render. */
const initiateMs = 30_000;
const watched = ["ike-updown", "child-updown", "child-rekey"] as const;

/** charon at its VICI socket; `client` for another way to it. */
export function createCharon(socket: string, client: ViciClient = createViciClient(socket)): Charon {
  return {
    version: (options) =>
      understood(async () => {
        const said = versionSchema.parse(await client.ask("version", {}, { ...options, waitMs }));
        return `${said.daemon} ${said.version}`;
      }),
    sas: (options) =>
      understood(async () =>
        (await client.collect("list-sas", "list-sa", {}, { ...options, waitMs })).flatMap(readSas),
      ),
    connections: (options) =>
      understood(async () =>
        (await client.collect("list-conns", "list-conn", {}, { ...options, waitMs })).flatMap(readConnections),
      ),
    loadConnection: async (name, settings, options) => {
      await client.ask("load-conn", { [name]: settings }, { ...options, waitMs });
    },
    loadKey: async ({ id, owners, key }, options) => {
      await client.ask("load-shared", { id, type: "IKE", data: key, owners }, { ...options, waitMs });
    },
    initiate: async (child, options) => {
      const message = { child, timeout: String(initiateMs), loglevel: "-1" };
      await client.ask("initiate", message, { ...options, waitMs: initiateMs + waitMs });
    },
    terminate: async (connection, options) => {
      const message = { ike: connection, timeout: String(initiateMs), loglevel: "-1" };
      await client.ask("terminate", message, { ...options, waitMs: initiateMs + waitMs });
    },
    watch: (heard, options) =>
      client.listen(
        watched,
        (event, message) => {
          for (const told of eventsOf(event, message)) heard(told);
        },
        options,
      ),
  };
}

const versionSchema = z.object({ daemon: z.string(), version: z.string() });

/** An `up` field stands beside the sections where something came up, and is missing where it went. */
function eventsOf(event: string, { up, ...sections }: ViciMessage): readonly TunnelEvent[] {
  const side = up === "yes" ? "up" : "down";
  const kind =
    event === "child-rekey"
      ? "child-rekeyed"
      : event === "ike-updown"
        ? (`ike-${side}` as const)
        : (`child-${side}` as const);
  return Object.keys(sections).map((connection) => ({ kind, connection }));
}

/** An answer that our schemas do not know is no defect of ours. */
async function understood<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new Fault("CHARON_REFUSED", "permanent", { cause: error, said: "its answer is not understood" });
  }
}
