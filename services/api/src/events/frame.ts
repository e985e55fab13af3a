/** One message of a stream of server-sent events. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
  /** Where a client stands once it has read this; it says so in `Last-Event-ID` when it comes back. */
  readonly id?: string | undefined;
}

const frames = new WeakMap<StreamEvent, Buffer>();

/** The bytes of an event, made once for all who read it. */
export function frameOf(streamEvent: StreamEvent): Buffer {
  const known = frames.get(streamEvent);
  if (known !== undefined) return known;
  const { event, data, id } = streamEvent;
  const head = id === undefined ? "" : `id: ${id}\n`;
  // JSON holds no line breaks, so one line of data is enough.
  const frame = Buffer.from(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  frames.set(streamEvent, frame);
  return frame;
}

/** Keeps proxies and clients from taking silence for an end. */
export const heartbeat = Buffer.from(": still here\n\n");

/** How soon a client that was cut off asks again. */
export function retryHint(ms: number): Buffer {
  return Buffer.from(`retry: ${ms}\n\n`);
}
