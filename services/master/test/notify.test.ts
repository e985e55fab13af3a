import assert from "node:assert/strict";
import { test } from "node:test";
import type { NoticeDocument } from "@causeway/shared/domain/notice.ts";
import { restAfter } from "@causeway/shared/domain/notice.ts";
import type { Webhook, WebhookAnswer, WebhookMessage } from "@causeway/shared/ports/webhook.ts";
import { createRig, stateOf, until } from "./rig.ts";

const notify = { url: "https://hooks.example.com/causeway", on: ["ended", "paused"] } as const;
const wanted = { notify: { ...notify, on: [...notify.on] } };

function recording(answer: (count: number) => WebhookAnswer): Webhook & { readonly messages: WebhookMessage[] } {
  const messages: WebhookMessage[] = [];
  return {
    messages,
    async send(message) {
      messages.push(message);
      return answer(messages.length);
    },
  };
}

test("a webhook is told once when its job has ended, with the report's figures", async () => {
  const webhook = recording(() => ({ answer: "accepted" }));
  const rig = createRig({ webhook });
  const [master, other, worker] = [rig.master(), rig.master(), rig.worker()];
  master.start();
  other.start();
  const { id } = await rig.submit(wanted);
  await until("the job has ended", async () => (await stateOf(rig, id)) === "completed");
  await until("the webhook was told", () => webhook.messages.length > 0);
  await until("the notice is closed", async () => (await rig.ledger.notices.due()).length === 0);
  await Promise.all([master.stop(), other.stop(), worker.stop("drain")]);
  assert.equal(webhook.messages.length, 1);
  const [message] = webhook.messages;
  assert.ok(message);
  const document: NoticeDocument = JSON.parse(message.body);
  assert.deepEqual([message.url, message.id], [notify.url, document.id]);
  assert.deepEqual([document.version, document.event, document.reason], [1, "job.ended", null]);
  assert.deepEqual(document.report.objects, { listed: 42, copied: 42, skipped: 0, failed: 0 });
  assert.equal(document.report.jobState, "Succeed");
});

test("what a webhook refuses is told again under the same id, also by another master", async () => {
  const webhook = recording((count) =>
    count < 2 ? { answer: "failed", why: "it answers 503" } : { answer: "accepted" },
  );
  const rig = createRig({ webhook });
  const { id } = await rig.submit(wanted);
  await rig.ledger.jobs.change(id, { change: "pause", reason: { code: "FAILURE_LIMIT", message: "Too many." } });
  const first = rig.master();
  first.start();
  await until("it was tried", () => webhook.messages.length === 1);
  await until("the attempt is noted", async () => (await rig.ledger.notices.due()).length === 0);
  await first.stop();
  const second = rig.master();
  second.start();
  await until("it was tried again", () => webhook.messages.length === 2);
  await second.stop();
  const [before, after] = webhook.messages.map(({ body }): NoticeDocument => JSON.parse(body));
  assert.equal(before?.id, after?.id);
  assert.deepEqual([after?.event, after?.reason?.code], ["job.paused", "FAILURE_LIMIT"]);
});

test("a notice rests longer after each attempt, up to a quarter of an hour, and is given up after about a day", () => {
  assert.equal(restAfter(1, 0.5), 5000);
  assert.equal(restAfter(2, 0.5), 10_000);
  assert.equal(restAfter(50, 0.5), 900_000);
  assert.ok((restAfter(3, 0) ?? 0) < (restAfter(3, 1) ?? 0));
  assert.equal(restAfter(100, 0.5), undefined);
});
