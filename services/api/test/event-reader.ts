import type { AddressInfo } from "node:net";
import { type Fixture, keys } from "./fixture.ts";

/** One event as it came. */
export interface ReadEvent {
  readonly event: string;
  readonly id: string | undefined;
  // Events are looked at field by field in the tests' own words.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data: any;
}

export interface EventReader {
  readonly response: Response;
  /** Everything that came so far, comments and hints included. */
  text(): string;
  events(): readonly ReadEvent[];
  /** Moves time on until the predicate holds for what came. */
  until(holds: (events: readonly ReadEvent[]) => boolean): Promise<readonly ReadEvent[]>;
  /** Resolves once the stream has ended. */
  readonly ended: Promise<void>;
  leave(): void;
}

/** Starts listening, once. */
export async function addressOf({ app }: Pick<Fixture, "app">): Promise<string> {
  if (!app.server.listening) await app.listen({ host: "127.0.0.1", port: 0 });
  // A server that listens on TCP has an address of this kind.
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

/** Reads a stream of events as a browser's fetch does. */
export async function readEvents(fixture: Fixture, path: string, lastEventId?: string): Promise<EventReader> {
  const leaving = new AbortController();
  const headers = {
    authorization: `Bearer ${keys.read}`,
    ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
  };
  const response = await fetch(`${await addressOf(fixture)}${path}`, { headers, signal: leaving.signal });
  let text = "";
  const collect = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true });
  };
  const ended = collect().catch(() => undefined);
  const events = (): readonly ReadEvent[] => text.split("\n\n").slice(0, -1).flatMap(parsed);
  return {
    response,
    text: () => text,
    events,
    async until(holds) {
      for (let tries = 0; tries < 1000; tries += 1) {
        if (holds(events())) return events();
        fixture.clock.advance(250);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error(`never came; there is only\n${text}`);
    },
    ended,
    leave: () => leaving.abort(),
  };
}

function parsed(block: string): readonly ReadEvent[] {
  const fields = new Map(block.split("\n").map((line) => [line.split(": ")[0], line.slice(line.indexOf(": ") + 2)]));
  const event = fields.get("event");
  if (event === undefined) return [];
  return [{ event, id: fields.get("id"), data: JSON.parse(fields.get("data") ?? "null") }];
}
