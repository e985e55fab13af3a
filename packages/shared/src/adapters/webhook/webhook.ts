import { isIP } from "node:net";
import { Client } from "undici";
import { Fault } from "../../domain/fault.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Webhook, WebhookAnswer, WebhookMessage } from "../../ports/webhook.ts";
import { createAddresses } from "../http/addresses.ts";
import { createConnector } from "../http/connector.ts";
import { createProxyConnector } from "../http/proxy-connector.ts";
import { signedHeaders } from "./sign.ts";

export interface WebhookOptions {
  /** Signs each message; more than one while a secret is replaced. */
  readonly secrets: readonly Buffer[];
  /** Whether this URL may be called at all; asked before every message. */
  readonly allowsUrl: (url: string) => boolean;
  /** Which addresses its host may have, asked of the very address that is connected to; undefined: any. */
  readonly addressesOf: (url: string) => ((address: string) => boolean) | undefined;
  /** PEM certificates to trust instead of Node's. */
  readonly ca: string | undefined;
  /** The HTTP proxy for this URL. */
  readonly proxyFor: (url: string) => string | undefined;
  readonly userAgent: string;
  readonly clock: Clock;
}

const connectMs = 5000;
const answerMs = 10_000;
/** Of an answer only its status counts; more of its body than this is not waited for. */
const mostAnswerBytes = 65_536;

/** Sends webhooks over connections of their own: messages are rare, and receivers strangers to each other. */
export function createWebhook(options: WebhookOptions): Webhook {
  return {
    async send(message, { signal }) {
      signal.throwIfAborted();
      if (!options.allowsUrl(message.url)) {
        return failed("the address is not allowed any more; https is, or a host that ALLOWED_ENDPOINTS names");
      }
      const client = clientFor(options, message.url);
      try {
        return await post(client, options, message, AbortSignal.any([signal, AbortSignal.timeout(answerMs)]));
      } catch (error) {
        signal.throwIfAborted();
        return failed(sentence(error));
      } finally {
        await client.destroy();
      }
    },
  };
}

function clientFor({ ca, addressesOf, proxyFor }: WebhookOptions, address: string): Client {
  const url = new URL(address);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const servername = isIP(host) === 0 ? host : "";
  const proxy = proxyFor(address);
  const addresses = createAddresses({ hostname: host, pinned: [], allows: addressesOf(address) });
  const tls = { servername, ca, connectMs };
  const connect = proxy === undefined ? createConnector(addresses, tls) : createProxyConnector({ proxy, ...tls });
  return new Client(url.origin, { connect, headersTimeout: answerMs, bodyTimeout: answerMs });
}

async function post(
  client: Client,
  { secrets, userAgent, clock }: WebhookOptions,
  message: WebhookMessage,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const { pathname, search } = new URL(message.url);
  const { statusCode, body } = await client.request({
    method: "POST",
    path: `${pathname}${search}`,
    headers: {
      "content-type": "application/json",
      "user-agent": userAgent,
      ...signedHeaders(message, secrets, clock.now()),
    },
    body: message.body,
    signal,
  });
  // The status has been said; what becomes of the rest is the receiver's affair.
  await body.dump({ limit: mostAnswerBytes }).catch(() => undefined);
  if (statusCode >= 200 && statusCode < 300) return { answer: "accepted" };
  if (statusCode >= 300 && statusCode < 400) return failed(`it answers ${statusCode}, and redirects are not followed`);
  return failed(`it answers ${statusCode}`);
}

function failed(why: string): WebhookAnswer {
  return { answer: "failed", why };
}

function sentence(error: unknown): string {
  if (error instanceof Fault) return error.message;
  if (error instanceof Error && error.name === "TimeoutError") return `no answer within ${answerMs} ms`;
  return error instanceof Error ? error.message : String(error);
}
