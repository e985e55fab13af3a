import { z } from "zod";
import type { ApiApp } from "./http/app-type.ts";
import { roles } from "./http/auth.ts";
import { refusals } from "./http/problem.ts";

/** `GET /v1/key`: whose key this is, so that a client can offer only what the key may do. */
export function addKeyRoute(app: ApiApp): void {
  app.route({
    method: "GET",
    url: "/key",
    config: { role: "read" },
    schema: {
      summary: "Whose key this is and what it may do",
      response: { 200: z.object({ name: z.string(), role: z.enum(roles) }), ...refusals },
    },
    handler: async ({ client }) => ({ name: client?.name ?? "", role: client?.role ?? "read" }),
  });
}
