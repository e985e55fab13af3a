import type { FastifyReply } from "fastify";

/** Answers text on a route whose answer is otherwise JSON. */
export function sendText(reply: FastifyReply, type: string, text: string): void {
  void reply
    .type(`${type}; charset=utf-8`)
    .serializer((body: string) => body)
    .send(text);
}
