const KEPT = 256;

/**
 * The same pure function, with its latest answers kept: most requests repeat the dates, scopes and lists of header names
 * of the request before. What it throws is not kept.
 */
export function remember<Argument, Answer>(compute: (argument: Argument) => Answer): (argument: Argument) => Answer {
  const known = new Map<Argument, Answer>();
  return (argument) => {
    const kept = known.get(argument);
    if (kept !== undefined) return kept;
    const answer = compute(argument);
    if (known.size >= KEPT) known.clear();
    known.set(argument, answer);
    return answer;
  };
}
