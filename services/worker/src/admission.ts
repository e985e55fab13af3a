/** Bodies that are held in memory go by the small lane, bodies on their way by the large one. */
export type Lane = "small" | "large";

export interface Usage {
  readonly connections: number;
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
export type Room = Usage;

/**
 * Whether `bytes` and a connection may be taken. The large lane gets at most half of both, and as much as that is kept
 * for it while somebody waits there; the small lane gets all the rest. So small objects never wait behind large ones, large
 * ones are not starved by an endless row of small ones, and no mix of them is ever more than the room.
 */
export function mayEnter(lane: Lane, bytes: number, load: Load, room: Room): boolean {
  const { small, large } = load.used;
  const connections = small.connections + large.connections;
  const inUseBytes = small.bytes + large.bytes;
  if (lane === "large") {
    if (room.connections === 1 && load.last === "large" && load.first.small !== undefined) return false;
    return connections < room.connections && inUseBytes + bytes <= room.bytes && fitsInHalf(bytes, large, room);
  }
  const claimedBytes = largeClaim(load, room);
  if (claimedBytes === undefined) return connections < room.connections && inUseBytes + bytes <= room.bytes;
  return connections + 1 < room.connections && inUseBytes + claimedBytes + bytes <= room.bytes;
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
  return large.connections < Math.max(1, room.connections >> 1) && large.bytes + bytes <= Math.floor(room.bytes / 2);
}
