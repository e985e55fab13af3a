/** One message of a stream of server-sent events. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
  /** Where a client stands once it has read this; it says so in `Last-Event-ID` when it comes back. */
  readonly id?: string | undefined;
}

/** The bytes of an event, made once for all who read it. */
export function frameOf({ event, data, id }: StreamEvent): Buffer {
  // JSON holds no line breaks, so one line of data is enough.
  return Buffer.from(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** Keeps proxies and clients from taking silence for an end. */
export const heartbeat = Buffer.from(": still here\n\n");

/** How soon a client that was cut off asks again. */
export function retryHint(ms: number): Buffer {
  return Buffer.from(`retry: ${ms}\n\n`);
}
