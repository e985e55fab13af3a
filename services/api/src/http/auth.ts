import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { refuse } from "./problem.ts";
import type { RequestGate } from "./request-gate.ts";

/** Each role may do what those before it may. */
export const roles = ["read", "operate", "admin"] as const;
export type Role = (typeof roles)[number];

export interface Client {
  readonly name: string;
  readonly role: Role;
}

/** A key as it is kept after start: only its hash. */
export interface HashedKey extends Client {
  readonly keyHash: Buffer;
}

/** Keeps a key's hash instead of the key. */
export function hashedKey(client: Client, key: string): HashedKey {
  return { name: client.name, role: client.role, keyHash: sha256(key) };
}

/**
 * Finds whose key this is. Every known key is compared, in constant time, so that the time taken tells neither how
 * much of a key was right nor whose it was.
 */
function clientOf(presented: string, keys: readonly HashedKey[]): Client | undefined {
  const hash = sha256(presented);
  let found: Client | undefined;
  for (const key of keys) {
    if (timingSafeEqual(hash, key.keyHash)) found = { name: key.name, role: key.role };
  }
  return found;
}

export interface KeyRules {
  readonly keys: readonly HashedKey[];
  /** Counts the calls of each key. */
  readonly calls: RequestGate;
  /** Counts wrong keys by the address they come from: guessing is slow, and a right key is let in all the same. */
  readonly wrongKeys: RequestGate;
}

/** Lets a request through if its bearer key's role reaches the route's, and its key has not asked too often. */
export function createKeyCheck({ keys, calls, wrongKeys }: KeyRules) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const presented = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "")?.[1];
    if (presented === undefined) {
      refuse(reply, "KEY_MISSING", "Send the header Authorization: Bearer <key> with a key from API_KEYS.");
      return;
    }
    const client = clientOf(presented, keys);
    if (client === undefined) {
      const waitMs = wrongKeys.waitMs(request.ip);
      if (waitMs > 0) return refuseOften(reply, waitMs, "Too many wrong keys came from this address");
      refuse(reply, "KEY_UNKNOWN", "The service does not know this key; API_KEYS lists those it knows.");
      return;
    }
    const waitMs = calls.waitMs(client.name);
    if (waitMs > 0) return refuseOften(reply, waitMs, `The key ${client.name} has called too often`);
    const needed = request.routeOptions.config.role ?? "admin";
    if (roles.indexOf(client.role) < roles.indexOf(needed)) {
      refuse(reply, "ROLE_TOO_LOW", `The key ${client.name} has the role ${client.role}; this call needs ${needed}.`);
      return;
    }
    request.client = client;
  };
}

function refuseOften(reply: FastifyReply, waitMs: number, why: string): void {
  const seconds = Math.ceil(waitMs / 1000);
  void reply.header("retry-after", String(seconds));
  refuse(reply, "RATE_LIMITED", `${why}; call again in ${seconds} s.`);
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
