import { setTimeout as delay } from "node:timers/promises";

import { bodyOf, type Body } from "./body.ts";
import type { Answer, Asked, Exchange, Protocol } from "./exchange.ts";
import { firstBytes, flipByte, paced, padded } from "./fault-bodies.ts";
import type { FaultRule } from "./faults.ts";

/** What the listener does with an answer's connection. */
export type Ending = "whole" | "cut" | "stalled";

export type Outcome =
  | { readonly action: "answer"; readonly answer: Answer; readonly ending: Ending }
  | { readonly action: "reset" }
  | { readonly action: "hang" };

/** Answers a request with the given faults done to it. Without any it is the protocol's own answer. */
export async function answerWithFaults(
  protocol: Protocol,
  asked: Asked,
  exchange: Exchange,
  rules: readonly FaultRule[],
): Promise<Outcome> {
  for (const rule of rules) {
    if (rule.fault === "latency") await delay(rule.ms);
  }
  const instead = rules.map((rule) => insteadOf(protocol, exchange, rule)).find((outcome) => outcome !== undefined);
  if (instead !== undefined) return instead;
  const answer = await asked.answer(rules.reduce(bendRequest, exchange));
  if (rules.some(({ fault }) => fault === "lost-answer")) return { action: "reset" };
  return rules.reduce<Outcome & { action: "answer" }>(bendAnswer, { action: "answer", answer, ending: "whole" });
}

/** What happens in place of the operation. */
function insteadOf(protocol: Protocol, exchange: Exchange, rule: FaultRule): Outcome | undefined {
  const refuse = (status: number, code: string, delayMs: number | undefined): Outcome => ({
    action: "answer",
    answer: protocol.refusal(exchange, { status, code, delayMs }),
    ending: "whole",
  });
  switch (rule.fault) {
    case "503":
      return refuse(503, "SlowDown", undefined);
    case "503-with-delay":
      return refuse(503, "SlowDown", rule.delayMs);
    case "status":
      return refuse(rule.status, rule.code, undefined);
    case "html": {
      const body = Buffer.from("<html><body><h1>This is not the store</h1></body></html>");
      return { action: "answer", answer: { status: rule.status, headers: HTML, body }, ending: "whole" };
    }
    case "reset":
      return { action: "reset" };
    case "hang":
      return { action: "hang" };
    case "206":
    case "lost-answer":
    case "truncate":
    case "stall":
    case "pad":
    case "flip-byte":
    case "latency":
    case "bandwidth":
      return undefined;
    default:
      return rule satisfies never;
  }
}

const HTML = { "content-type": "text/html" };

function bendRequest(exchange: Exchange, rule: FaultRule): Exchange {
  const { body, headers } = exchange;
  if (rule.fault === "bandwidth") return { ...exchange, body: paced(body, rule.bytesPerSecond) };
  if (!isOfRequest(rule)) return exchange;
  const sizeBytes = Number(headers["content-length"] ?? 0);
  const bend = (bent: Body, lengthBytes: number): Exchange => ({
    ...exchange,
    headers: { ...headers, "content-length": String(lengthBytes) },
    body: bent,
  });
  switch (rule.fault) {
    case "flip-byte":
      return bend(flipByte(body, rule.afterBytes ?? 0), sizeBytes);
    case "truncate": {
      const keptBytes = Math.min(rule.afterBytes ?? Math.floor(sizeBytes / 2), sizeBytes);
      return bend(firstBytes(body, keptBytes), keptBytes);
    }
    case "pad":
      return bend(padded(body, rule.bytes), sizeBytes + rule.bytes);
    default:
      return rule satisfies never;
  }
}

type OfRequest = FaultRule & { readonly fault: "truncate" | "pad" | "flip-byte"; readonly side: "request" };

function isOfRequest(rule: FaultRule): rule is OfRequest {
  return "side" in rule && rule.side === "request";
}

type Bent = Outcome & { action: "answer" };

function bendAnswer(outcome: Bent, rule: FaultRule): Bent {
  const { answer } = outcome;
  const content = Buffer.isBuffer(answer.body) ? bodyOf(answer.body) : answer.body;
  const sizeBytes = Buffer.isBuffer(answer.body) ? answer.body.length : Number(answer.headers["content-length"]);
  const middle = Math.floor(sizeBytes / 2);
  const bend = (body: Body, lengthBytes: number, ending: Ending): Bent => ({
    action: "answer",
    answer: { ...answer, headers: { ...answer.headers, "content-length": String(lengthBytes) }, body },
    ending,
  });
  // Nothing can go wrong in an empty body, a HEAD's for one.
  if (sizeBytes === 0 || isOfRequest(rule)) return outcome;
  switch (rule.fault) {
    case "206": {
      const range = { "content-range": `bytes 0-${sizeBytes - 1}/${sizeBytes}` };
      if (answer.status !== 200) return outcome;
      return { ...outcome, answer: { ...answer, status: 206, headers: { ...answer.headers, ...range } } };
    }
    case "truncate": {
      const keptBytes = rule.afterBytes ?? middle;
      const isShort = rule.announce === "short";
      const lengthBytes = isShort ? Math.min(keptBytes, sizeBytes) : sizeBytes;
      return bend(firstBytes(content, keptBytes), lengthBytes, isShort ? outcome.ending : "cut");
    }
    case "stall":
      return bend(firstBytes(content, rule.afterBytes ?? middle), sizeBytes, "stalled");
    case "pad":
      return bend(padded(content, rule.bytes), sizeBytes + rule.bytes, outcome.ending);
    case "flip-byte":
      return bend(flipByte(content, rule.afterBytes ?? middle), sizeBytes, outcome.ending);
    case "bandwidth":
      return bend(paced(content, rule.bytesPerSecond), sizeBytes, outcome.ending);
    case "503":
    case "503-with-delay":
    case "status":
    case "html":
    case "reset":
    case "lost-answer":
    case "hang":
    case "latency":
      return outcome;
    default:
      return rule satisfies never;
  }
}
