import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { StoreLook } from "../ports/store-look.ts";

/** A look to examine, and what it should see. */
export interface LookSubject {
  /** At a bucket that is there, with credentials that may ask for its region. */
  readonly look: StoreLook;
  /** The same with credentials that nobody knows. */
  readonly stranger: StoreLook;
  /** The same where every address but 192.0.2.0/24 is refused. */
  readonly fenced: StoreLook;
  readonly region: string;
  /** How far the store's clock is ahead of ours. */
  readonly aheadMs: number;
  close(): Promise<void>;
}

/** The exam of every `StoreLook`. */
export function storeLookContract(name: string, open: () => Promise<LookSubject>): void {
  describe(`${name} as it is looked at`, () => {
    const { signal } = new AbortController();
    let subject: LookSubject;
    before(async () => {
      subject = await open();
    });
    after(async () => {
      await Promise.all([subject.look.close(), subject.stranger.close(), subject.fenced.close()]);
      await subject.close();
    });

    test("it tells its clock and how far away it is, whoever asks", async () => {
      for (const look of [subject.look, subject.stranger]) {
        const { storeClockMs, ourClockMs, roundTripMs } = await look.greet({ signal });
        // The header has whole seconds, and this machine may be busy.
        assert.ok(Math.abs((storeClockMs ?? Number.NaN) - ourClockMs - subject.aheadMs) < 10_000);
        assert.ok(roundTripMs > 0 && roundTripMs < 60_000);
      }
    });

    test("it tells the bucket's region as a job would write it", async () => {
      assert.equal(await subject.look.region({ signal }), subject.region);
    });

    test("it tells its addresses, and which of them the rules allow", async () => {
      const { via, found } = await subject.look.addresses({ signal });
      assert.deepEqual({ via, found }, { via: "direct", found: [{ address: "127.0.0.1", allowed: true }] });
      const fenced = await subject.fenced.addresses({ signal });
      assert.deepEqual(fenced.found, [{ address: "127.0.0.1", allowed: false }]);
    });

    test("a look that is stopped rejects with the reason", async () => {
      const reason = new Error("enough");
      await assert.rejects(subject.look.greet({ signal: AbortSignal.abort(reason) }), reason);
    });
  });
}
