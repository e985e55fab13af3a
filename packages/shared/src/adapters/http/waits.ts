/** How long the other end may be silent. */
export interface Waits {
  readonly connectMs: number;
  /** From the request's last byte to the answer's head. */
  readonly headMs: number;
  /** Between two pieces of a body. */
  readonly idleMs: number;
  /** A body that is sent from memory may take as long as it would at this rate, besides `headMs`. */
  readonly floorBytesPerSecond: number;
}

export const usualWaits: Waits = {
  connectMs: 5_000,
  headMs: 30_000,
  idleMs: 20_000,
  floorBytesPerSecond: 128 * 1024,
};
