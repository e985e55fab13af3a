/** Bodies that are held in memory go by the small lane, bodies on their way by the large one. */
export type Lane = "small" | "large";

/** What is in use: connections to the source, connections to the target, and memory. */
export interface Usage {
  readonly reading: number;
  readonly writing: number;
  readonly bytes: number;
}

/** What is in use, and what the first in each lane's queue asks for; undefined: nobody waits there. */
export interface Load {
  readonly used: Readonly<Record<Lane, Usage>>;
  readonly first: Readonly<Record<Lane, number | undefined>>;
  /** Who came in last. */
  readonly last: Lane;
}

/** What both lanes together may have. */
export interface Room {
  /** To the source, and as many to the target. */
  readonly connections: number;
  readonly bytes: number;
}

/**
 * Whether `bytes` and a connection to the source may be taken; in the large lane also one to the target, for a body that flows
 * takes both. The large lane gets at most half of everything, and as much as that is kept for it while somebody waits there;
 * the small lane gets all the rest. So small objects never wait behind large ones, large ones are not starved by an endless
 * row of small ones, and no mix of them is ever more than the room.
 */
export function mayEnter(lane: Lane, bytes: number, load: Load, room: Room): boolean {
  const { small, large } = load.used;
  const inUseBytes = small.bytes + large.bytes;
  if (lane === "large") {
    if (room.connections === 1 && load.last === "large" && load.first.small !== undefined) return false;
    const isFree = reading(load) < room.connections && writing(load) < room.connections;
    return isFree && inUseBytes + bytes <= room.bytes && fitsInHalf(bytes, large, room);
  }
  const claimedBytes = largeClaim(load, room);
  if (claimedBytes === undefined) return reading(load) < room.connections && inUseBytes + bytes <= room.bytes;
  return reading(load) + 1 < room.connections && inUseBytes + claimedBytes + bytes <= room.bytes;
}

/**
 * Whether a small object that was read may give its connection to the source for one to the target. The last one is kept for
 * a large object that waits; not the only one, for the small object has what the large one needs as well.
 */
export function mayPass(load: Load, room: Room): boolean {
  const kept = room.connections > 1 && largeClaim(load, room) !== undefined ? 1 : 0;
  return writing(load) + kept < room.connections;
}

/** What counts of a body that is larger than half of all memory: it may pass, with a half for itself. */
export function countedBytes(bytes: number, memoryBytes: number): number {
  return Math.min(bytes, Math.floor(memoryBytes / 2));
}

/** What is kept for the first in the queue of large ones. With one connection alone the lanes take turns. */
function largeClaim({ used, first, last }: Load, room: Room): number | undefined {
  if (first.large === undefined || !fitsInHalf(first.large, used.large, room)) return undefined;
  return room.connections === 1 && last === "large" ? undefined : first.large;
}

function fitsInHalf(bytes: number, large: Usage, room: Room): boolean {
  return large.writing < Math.max(1, room.connections >> 1) && large.bytes + bytes <= Math.floor(room.bytes / 2);
}

function reading({ used }: Load): number {
  return used.small.reading + used.large.reading;
}

function writing({ used }: Load): number {
  return used.small.writing + used.large.writing;
}
