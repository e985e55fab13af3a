import { z } from "zod";
import type { ApiPorts } from "../api-ports.ts";
import type { ApiApp } from "../http/app-type.ts";

/** `/healthz`, `/readyz` and `/metrics`, open to whoever reaches the port. */
export function addHealthRoutes(
  app: ApiApp,
  ports: Pick<ApiPorts, "isLedgerReachable" | "measureFleet" | "metricsText">,
): void {
  app.route({
    method: "GET",
    url: "/healthz",
    schema: { summary: "The process lives", security: [], response: { 200: z.object({ status: z.literal("alive") }) } },
    handler: async () => ({ status: "alive" as const }),
  });
  app.route({
    method: "GET",
    url: "/readyz",
    schema: {
      summary: "Redis answers",
      security: [],
      response: {
        200: z.object({ status: z.literal("ready") }),
        503: z.object({ status: z.literal("not-ready"), obstacles: z.array(z.string()) }),
      },
    },
    handler: async (_request, reply) => {
      if (await ports.isLedgerReachable()) return { status: "ready" as const };
      return reply.code(503).send({ status: "not-ready", obstacles: ["Redis does not answer; check REDIS_URL."] });
    },
  });
  app.route({
    method: "GET",
    url: "/metrics",
    schema: { summary: "Figures in Prometheus' text format", security: [], response: { 200: z.string() } },
    handler: async (_request, reply) => {
      void reply.type("text/plain; version=0.0.4; charset=utf-8");
      await ports.measureFleet();
      return ports.metricsText();
    },
  });
}
