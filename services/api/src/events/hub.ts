import { type Channel, type ChannelOptions, createChannel, type Reader } from "./channel.ts";
import type { Feed } from "./feed.ts";

/** Follows feeds for any number of readers, each feed once for all of them. */
export interface Hub {
  /** Lets a reader join the feed of this name, which is opened for its first reader. */
  follow(
    feed: { readonly name: string; readonly open: () => Feed },
    reader: Reader,
    lastEventId?: string,
  ): Promise<void>;
  /** How many read at the moment. */
  readers(): number;
  /** Ends all streams. */
  close(): void;
}

export function createHub(options: ChannelOptions): Hub {
  const channels = new Map<string, Channel>();
  const channelOf = (name: string, open: () => Feed): Channel => {
    const known = channels.get(name);
    if (known !== undefined) return known;
    const channel = createChannel(open(), options, () => channels.delete(name));
    channels.set(name, channel);
    return channel;
  };
  return {
    follow: ({ name, open }, reader, lastEventId) => channelOf(name, open).join(reader, lastEventId),
    readers: () => [...channels.values()].reduce((sum, channel) => sum + channel.readers(), 0),
    close() {
      for (const channel of channels.values()) channel.close();
    },
  };
}
