/** A slice of the source's keyspace that is listed on its own: the keys in `(after, before]`. One that is finished is forgotten. */
export interface Shard {
  readonly id: string;
  /** Bumped by every step; a step that carries an older one is refused. */
  readonly version: number;
  readonly after: string | undefined;
  readonly before: string | undefined;
  /** The last key that is planned; undefined: nothing yet. */
  readonly cursor: string | undefined;
}
