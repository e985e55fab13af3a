/** What does not fit together in a tunnel.yaml of the right shape. */
export interface Misfit {
  readonly path: readonly PropertyKey[];
  /** What is wrong, as a sentence. */
  readonly says: string;
  /** What to do about it, as a sentence. */
  readonly cure: string;
}
