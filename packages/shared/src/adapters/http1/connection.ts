import type { Socket } from "node:net";

import { type Origin, openSocket } from "./socket.ts";

/** One socket, read into one reused buffer: nothing is allocated per chunk, and nothing is read before it is asked for. */
export interface Connection {
  /** The next bytes, valid until the next call; undefined: the other side has closed. Rejects when the socket breaks. */
  read(): Promise<Uint8Array | undefined>;
  /** Puts the unread end of what `read` gave back in front of the next read. */
  unread(bytes: Uint8Array): void;
  /** Resolves when the kernel has the bytes, so that their buffer may be used again. */
  write(bytes: Uint8Array): Promise<void>;
  /** Whether the other side has said something that is not read yet, or has gone. */
  hasInput(): boolean;
  /** Watches the resting socket, so that `hasInput` tells when the other side closes it. */
  park(): void;
  destroy(): void;
}

/** Opens a connection; rejects with the socket's own error. `idleMs` without a byte in or out breaks it (`ETIMEDOUT`). */
export async function openConnection(
  origin: Origin,
  { bufferBytes, idleMs, connectMs }: { bufferBytes: number; idleMs: number; connectMs: number },
): Promise<Connection> {
  const buffer = Buffer.allocUnsafeSlow(bufferBytes);
  const state: State = { pending: undefined, waiter: undefined, ended: false, error: undefined, paused: false };
  const callback = (count: number): boolean => {
    deliver(state, buffer.subarray(0, count));
    return false;
  };
  const socket = await openSocket(origin, { onread: { buffer, callback }, connectMs });
  socket.setTimeout(idleMs, () => {
    socket.destroy(Object.assign(new Error(`no byte for ${idleMs} ms`), { code: "ETIMEDOUT" }));
  });
  socket.once("error", (error) => settle(state, error));
  socket.once("end", () => settle(state, undefined));
  socket.once("close", () => settle(state, undefined));
  return connectionOf(socket, state);
}

interface State {
  pending: Uint8Array | undefined;
  waiter: { resolve: (bytes: Uint8Array | undefined) => void; reject: (error: Error) => void } | undefined;
  ended: boolean;
  error: Error | undefined;
  paused: boolean;
}

function connectionOf(socket: Socket, state: State): Connection {
  return {
    read: () => {
      const { pending } = state;
      if (pending !== undefined) {
        state.pending = undefined;
        return Promise.resolve(pending);
      }
      if (state.error !== undefined) return Promise.reject(state.error);
      if (state.ended) return Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        state.waiter = { resolve, reject };
        goOn(socket, state);
      });
    },
    unread: (bytes) => {
      if (bytes.length > 0) state.pending = bytes;
    },
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (state.error !== undefined) return reject(state.error);
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    hasInput: () => state.pending !== undefined || state.ended || state.error !== undefined,
    park: () => goOn(socket, state),
    destroy: () => void socket.destroy(),
  };
}

function goOn(socket: Socket, state: State): void {
  if (!state.paused) return;
  state.paused = false;
  socket.resume();
}

function deliver(state: State, bytes: Uint8Array): void {
  state.paused = true;
  const { waiter } = state;
  state.waiter = undefined;
  if (waiter === undefined) state.pending = bytes;
  else waiter.resolve(bytes);
}

function settle(state: State, error: Error | undefined): void {
  state.ended = true;
  state.error ??= error;
  const { waiter } = state;
  state.waiter = undefined;
  if (error === undefined) waiter?.resolve(undefined);
  else waiter?.reject(error);
}
