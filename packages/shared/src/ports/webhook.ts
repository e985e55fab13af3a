import type { Signalled } from "./object-source.ts";

/** A message for somebody else's server. */
export interface WebhookMessage {
  readonly url: string;
  /** The same whenever this message is sent again, so that the receiver can tell. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
}

export type WebhookAnswer =
  | { readonly answer: "accepted" }
  /** Not reached, not allowed, or refused: `why` is a sentence for the log. */
  | { readonly answer: "failed"; readonly why: string };

/** Sends signed messages, each once. Redirects are not followed. Rejects only with the signal's reason. */
export interface Webhook {
  send(message: WebhookMessage, options: Signalled): Promise<WebhookAnswer>;
}
