import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Client, Role } from "./auth.ts";

/** The HTTP application as route files see it: bodies and queries are typed by their zod schemas. */
export type ApiApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module "fastify" {
  interface FastifyContextConfig {
    /** The least role that may call the route; a route that does not say is for admins. */
    role?: Role;
  }
  interface FastifyRequest {
    /** Who calls; null before the key was checked and on open routes. */
    client: Client | null;
  }
}
