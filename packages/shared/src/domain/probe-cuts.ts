import { type KeySpan, proposeCut } from "./bisect.ts";
import { compareKeys } from "./key-order.ts";

/** The first key behind a cut, as the source told; undefined: there is none. */
export interface ProbedCut {
  readonly cut: string;
  readonly found: string | undefined;
}

/** A piece of a span that holds keys: it begins at `cut` (undefined: where the span begins), and its first key is known. */
export interface Piece {
  readonly cut: string | undefined;
  readonly span: KeySpan;
}

/** Proposes up to `most` keys to cut the pieces at, all to be probed at once: halves, quarters and so on, as far as they go. */
export function proposeCuts(pieces: readonly Piece[], seen: readonly string[], most: number): readonly string[] {
  const open = pieces.map(({ span }) => span);
  const cuts: string[] = [];
  for (let at = 0; at < open.length && cuts.length < most; at += 1) {
    const span = open[at];
    const cut = span === undefined ? undefined : proposeCut(span, seen);
    if (span === undefined || cut === undefined) continue;
    cuts.push(cut);
    open.push({ ...span, before: cut }, { ...span, after: cut });
  }
  return cuts;
}

/**
 * The pieces that the probed cuts make of a span, in order. The first one goes from the cursor on; of the others only those are
 * there that hold a key. Each begins behind its first key: nothing is between that and the cut.
 */
export function piecesOf(span: KeySpan, probed: readonly ProbedCut[]): readonly Piece[] {
  const inside = probed.filter(({ cut }) => isInside(cut, span)).toSorted((a, b) => compareKeys(a.cut, b.cut));
  const pieces: Piece[] = [{ cut: undefined, span: { ...span, before: inside[0]?.cut ?? span.before } }];
  for (const [at, { cut, found }] of inside.entries()) {
    const before = inside[at + 1]?.cut ?? span.before;
    if (found !== undefined && !isBehind(found, before)) pieces.push({ cut, span: { ...span, after: found, before } });
  }
  return pieces;
}

function isInside(cut: string, { after, before }: KeySpan): boolean {
  return isBehind(cut, after ?? "") && (before === undefined || compareKeys(cut, before) < 0);
}

function isBehind(key: string, end: string | undefined): boolean {
  return end !== undefined && compareKeys(key, end) > 0;
}
