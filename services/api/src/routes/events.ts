import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import { fleetEventSchema, jobEventSchema } from "../events/event-schemas.ts";
import { createFleetFeed } from "../events/fleet-feed.ts";
import type { Feed } from "../events/feed.ts";
import { createHub, type Hub } from "../events/hub.ts";
import { createJobFeed } from "../events/job-feed.ts";
import { createResponseReader } from "../events/response-reader.ts";
import type { ApiApp } from "../http/app-type.ts";
import { refusals, refuse } from "../http/problem.ts";
import { jobParams, refuseUnknown } from "./find-job.ts";

type EventPorts = Pick<ApiPorts, "jobs" | "failures" | "active" | "workers" | "clock">;

/** More streams than this on one process are refused: each costs a connection and some memory. */
const mostStreams = 1000;
const jobEveryMs = 1000;
const fleetEveryMs = 2000;
const heartbeatMs = 15_000;

const headersSchema = z.object({
  "last-event-id": z
    .string()
    .max(200)
    .optional()
    .describe("The id of the last event that was read: the stream goes on behind it."),
});

/** `GET /v1/jobs/{id}/events` and `GET /v1/events`: what happens, as server-sent events. */
export function addEventRoutes(app: ApiApp, ports: EventPorts): void {
  const options = {
    clock: ports.clock,
    heartbeatMs,
    onFailedLook: (error: unknown) => app.log.debug({ err: error }, "a look for events failed"),
  };
  const jobs = createHub({ ...options, everyMs: jobEveryMs });
  const fleet = createHub({ ...options, everyMs: fleetEveryMs });
  const feedId = randomUUID().slice(0, 8);
  app.addHook("preClose", async () => [jobs, fleet].forEach((hub) => hub.close()));
  const streams = (): number => jobs.readers() + fleet.readers();
  const stream = async (hub: Hub, feed: NamedFeed, call: Call): Promise<void> => {
    if (streams() >= mostStreams) return refuseMore(call.reply);
    return answerStream(ports, hub, feed, call);
  };

  app.route({
    method: "GET",
    url: "/jobs/:id/events",
    config: { role: "read" },
    schema: {
      summary: "Follow a job's state, figures and failures as server-sent events",
      params: jobParams,
      headers: headersSchema,
      response: { 200: eventStream(jobEventSchema), ...refusals },
    },
    handler: async (request, reply) => {
      const job = await ports.jobs.get(request.params.id);
      if (job === undefined) return refuseUnknown(reply, request.params.id);
      return stream(jobs, { name: job.id, open: () => createJobFeed(ports, job.id) }, { request, reply });
    },
  });
  app.route({
    method: "GET",
    url: "/events",
    config: { role: "read" },
    schema: {
      summary: "Follow all jobs and workers as server-sent events",
      headers: headersSchema,
      response: { 200: eventStream(fleetEventSchema), ...refusals },
    },
    handler: async (request, reply) =>
      stream(fleet, { name: "all", open: () => createFleetFeed(ports, feedId) }, { request, reply }),
  });
}

interface NamedFeed {
  readonly name: string;
  readonly open: () => Feed;
}

interface Call {
  readonly request: FastifyRequest<{ Headers: z.infer<typeof headersSchema> }>;
  readonly reply: FastifyReply;
}

/** OpenAPI describes one event; the stream is any number of them. */
function eventStream(event: z.ZodType) {
  const description = "Server-sent events until the client leaves; the schema is that of one event, its data as JSON";
  return { description, content: { "text/event-stream": { schema: event } } };
}

async function answerStream(ports: Pick<EventPorts, "clock">, hub: Hub, feed: NamedFeed, call: Call): Promise<void> {
  const { request, reply } = call;
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    ...headersOf(reply),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // Proxies that collect answers (nginx) let a stream through when they are told.
    "x-accel-buffering": "no",
  });
  response.flushHeaders();
  const reader = createResponseReader(response, ports.clock);
  try {
    await hub.follow(feed, reader, request.headers["last-event-id"]);
  } catch (error) {
    request.log.debug({ err: error }, "a stream could not begin");
    reader.end();
  }
}

/** What hooks have set, for a response that is written by hand. */
function headersOf(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));
}

function refuseMore(reply: FastifyReply): void {
  refuse(
    reply,
    "TOO_MANY_STREAMS",
    `This process serves ${mostStreams} streams already; close some, or start another API process.`,
  );
}
