import type { Lease } from "@causeway/shared/ports/lease.ts";

/** A master that has no more to do for a while keeps the others no longer from theirs. */
const waitMs = 250;

/**
 * Everybody who asks has the lease, as when a holder was stopped for longer than it lasts; and all who ask for a duty begin with
 * it at the same moment, so that they do each step side by side.
 */
export function everybodysLease(masterCount: number): Lease & { readonly together: Map<string, number> } {
  const together = new Map<string, number>();
  const waiting = new Map<string, (() => void)[]>();
  function goOn(duty: string): void {
    const all = waiting.get(duty) ?? [];
    waiting.delete(duty);
    together.set(duty, Math.max(together.get(duty) ?? 0, all.length));
    for (const go of all) go();
  }
  return {
    together,
    async hold(duty) {
      await new Promise<void>((resolve) => {
        const all = [...(waiting.get(duty) ?? []), resolve];
        waiting.set(duty, all);
        if (all.length === masterCount) goOn(duty);
        else if (all.length === 1) setTimeout(() => goOn(duty), waitMs);
      });
      return true;
    },
    release: async () => undefined,
  };
}
