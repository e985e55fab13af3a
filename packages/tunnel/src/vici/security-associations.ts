import { z } from "zod";
import type { ViciMessage } from "./message.ts";

/** A CHILD_SA: what carries the packets. */
export interface ChildSa {
  /** As the configuration names it. */
  readonly name: string;
  /** `INSTALLED` when it carries packets. */
  readonly state: string;
  /** Which addresses it carries on our side, and which on the other, as CIDR blocks. */
  readonly localBlocks: readonly string[];
  readonly remoteBlocks: readonly string[];
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly installedSeconds: number;
  readonly isUdpEncapsulated: boolean;
  /** Such as `AES_CBC-256/HMAC_SHA2_256_128`. */
  readonly algorithms: string;
}

/** An IKE_SA: the conversation with the other gateway. It may stand without a child, and then carries nothing. */
export interface IkeSa {
  /** The connection's name. */
  readonly name: string;
  /** `ESTABLISHED` when both sides have proved themselves. */
  readonly state: string;
  readonly remoteAddress: string;
  readonly establishedSeconds: number;
  readonly children: readonly ChildSa[];
}

const amount = z.string().regex(/^\d+$/).transform(Number);

// charon's versions add fields, and leave out what is not known yet; what is read here has stood since 5.5.
const childSchema = z
  .object({
    name: z.string(),
    state: z.string(),
    "local-ts": z.array(z.string()).default([]),
    "remote-ts": z.array(z.string()).default([]),
    "bytes-in": amount.default(0),
    "bytes-out": amount.default(0),
    "install-time": amount.default(0),
    encap: z.string().default("no"),
    "encr-alg": z.string().default("none"),
    "encr-keysize": z.string().optional(),
    "integ-alg": z.string().optional(),
  })
  .transform((child): ChildSa => {
    const encryption = [child["encr-alg"], child["encr-keysize"]].filter((part) => part !== undefined).join("-");
    return {
      name: child.name,
      state: child.state,
      localBlocks: child["local-ts"],
      remoteBlocks: child["remote-ts"],
      bytesIn: child["bytes-in"],
      bytesOut: child["bytes-out"],
      installedSeconds: child["install-time"],
      isUdpEncapsulated: child.encap === "yes",
      algorithms: [encryption, child["integ-alg"]].filter((part) => part !== undefined).join("/"),
    };
  });

const saSchema = z.object({
  state: z.string(),
  "remote-host": z.string().default(""),
  established: amount.default(0),
  "child-sas": z.record(z.string(), childSchema).default({}),
});

/** Reads one `list-sa` event: a section for each IKE_SA, under its connection's name. */
export function readSas(event: ViciMessage): readonly IkeSa[] {
  return Object.entries(z.record(z.string(), saSchema).parse(event)).map(([name, sa]) => ({
    name,
    state: sa.state,
    remoteAddress: sa["remote-host"],
    establishedSeconds: sa.established,
    children: Object.values(sa["child-sas"]),
  }));
}

/** A connection as it is configured. */
export interface Connection {
  readonly name: string;
  readonly remoteAddresses: readonly string[];
  readonly children: readonly { readonly name: string; readonly remoteBlocks: readonly string[] }[];
}

const connectionSchema = z.object({
  remote_addrs: z.array(z.string()).default([]),
  children: z.record(z.string(), z.object({ "remote-ts": z.array(z.string()).default([]) })).default({}),
});

/** Reads one `list-conn` event. */
export function readConnections(event: ViciMessage): readonly Connection[] {
  return Object.entries(z.record(z.string(), connectionSchema).parse(event)).map(([name, connection]) => ({
    name,
    remoteAddresses: connection.remote_addrs,
    children: Object.entries(connection.children).map(([child, { "remote-ts": remoteBlocks }]) => ({
      name: child,
      remoteBlocks,
    })),
  }));
}
