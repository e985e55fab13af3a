import { refusal } from "../calls/call.ts";
import { createEventReader, type ServerEvent } from "./event-stream.ts";

/** How a page learns what happens: from a stream, or while that is cut off, by asking again and again. */
export interface Source {
  /** Of the stream, below `/v1`. */
  readonly path: string;
  /** Takes one message: its name and what its JSON holds. */
  readonly onEvent: (event: string, data: unknown) => void;
  /** Asks once for the same without a stream. */
  readonly poll: () => Promise<void>;
  readonly onLink: (link: Link) => void;
  /** The API refused: the key is gone, or there is no such job. Nothing more follows. */
  readonly onRefused: (status: number, sentence: string) => void;
}

/** `live`: by the stream. `polling`: it is cut off. `opening`: not heard yet. */
export type Link = "opening" | "live" | "polling";

/** The API sends something at least every 15 s; silence of this length means that the line is dead. */
const silenceMs = 40_000;
const firstWaitMs = 1000;
const longestWaitMs = 15_000;
const pollEveryMs = 5000;

/** Follows until `stop` is aborted. */
export async function follow(key: string, source: Source, stop: AbortSignal): Promise<void> {
  let lastEventId: string | undefined;
  let waitMs = firstWaitMs;
  source.onLink("opening");
  while (!stop.aborted) {
    const cut = new AbortController();
    const end = await readStream(key, source, {
      lastEventId,
      signal: AbortSignal.any([stop, cut.signal]),
      cut: () => cut.abort(),
      onId: (id) => {
        lastEventId = id;
        waitMs = firstWaitMs;
      },
    });
    if (stop.aborted || end === "refused") return;
    source.onLink("polling");
    await pollFor(waitMs, source, stop);
    waitMs = Math.min(longestWaitMs, waitMs * 2);
  }
}

interface Reading {
  readonly lastEventId: string | undefined;
  readonly signal: AbortSignal;
  /** Ends this stream. */
  readonly cut: () => void;
  readonly onId: (id: string) => void;
}

async function readStream(key: string, source: Source, reading: Reading): Promise<"ended" | "refused"> {
  const { lastEventId, signal } = reading;
  const response = await openStream(key, source.path, lastEventId, signal);
  if (response === undefined) return "ended";
  if (!response.ok) return refusedFor(response, source);
  const decoder = new TextDecoder();
  const read = createEventReader();
  const reader = response.body?.getReader();
  let silence = setTimeout(reading.cut, silenceMs);
  source.onLink("live");
  try {
    for (;;) {
      const piece = await reader?.read();
      if (piece === undefined || piece.done) return "ended";
      clearTimeout(silence);
      silence = setTimeout(reading.cut, silenceMs);
      for (const event of read(decoder.decode(piece.value, { stream: true }))) {
        tell(event, source);
        if (event.id !== undefined) reading.onId(event.id);
      }
    }
  } catch {
    return "ended";
  } finally {
    clearTimeout(silence);
  }
}

/** A stream lasts as long as it likes, so it has no deadline of its own. */
async function openStream(
  key: string,
  path: string,
  lastEventId: string | undefined,
  signal: AbortSignal,
): Promise<Response | undefined> {
  const headers = {
    accept: "text/event-stream",
    authorization: `Bearer ${key}`,
    ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
  };
  try {
    return await fetch(`/v1${path}`, { headers, signal, cache: "no-store", credentials: "omit" });
  } catch {
    return undefined;
  }
}

/** 401, 403 and 404 will not change by asking again; anything else may. */
async function refusedFor(response: Response, source: Source): Promise<"ended" | "refused"> {
  if (![401, 403, 404].includes(response.status)) return "ended";
  const body: unknown = await response.json().catch(() => undefined);
  const refused = refusal(response.status, body);
  if (refused.answer !== "refused") return "ended";
  source.onRefused(response.status, refused.problem.detail);
  return "refused";
}

function tell({ event, data }: ServerEvent, source: Source): void {
  try {
    source.onEvent(event, JSON.parse(data));
  } catch {
    // What is not JSON is not from our API.
  }
}

async function pollFor(waitMs: number, source: Source, stop: AbortSignal): Promise<void> {
  const endsAtMs = Date.now() + waitMs;
  do {
    await source.poll();
    await sleep(Math.min(pollEveryMs, Math.max(0, endsAtMs - Date.now())), stop);
  } while (!stop.aborted && Date.now() < endsAtMs);
}

function sleep(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
