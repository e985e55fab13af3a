import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Meter } from "@causeway/shared/ports/meter.ts";
import type { ApiApp } from "./app-type.ts";

const wellFormedId = /^[\w.:@/+=-]{1,128}$/;

/** The caller's `X-Request-Id` where it is fit for a log line, else one of our own. */
export function requestIdOf(request: Pick<IncomingMessage, "headers">): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && wellFormedId.test(given) ? given : randomUUID();
}

/** Says the request's id in every answer. */
export function tellRequestId(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header("x-request-id", request.id);
}

/**
 * Ids, times and a line of the log for each request. Times are taken by route, not by address, so that their number is
 * bounded; a stream's time is that of its whole life, so it is counted apart and not timed.
 */
export function observeRequests(app: ApiApp, meter: Meter): void {
  app.addHook("onRequest", async (request, reply) => tellRequestId(request, reply));
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    const { method, log, client } = request;
    const status = String(reply.statusCode);
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    log.debug({ method, route, status: reply.statusCode, ms, client: client?.name }, "a request was answered");
    meter.count("migration_http_requests_total", { method, route, status });
    if (!route.endsWith("/events"))
      meter.time("migration_http_request_seconds", { method, route }, reply.elapsedTime / 1000);
  });
}
