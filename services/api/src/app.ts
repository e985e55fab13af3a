import swagger from "@fastify/swagger";
import { fastify, type FastifyBaseLogger, LogController } from "fastify";
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import type { Page } from "@causeway/dashboard/assets/page.ts";
import type { ApiPorts } from "./api-ports.ts";
import { addDashboardRoutes } from "./dashboard.ts";
import { addKeyRoute } from "./dashboard-key.ts";
import { type HashedKey, createKeyCheck } from "./http/auth.ts";
import type { ApiApp } from "./http/app-type.ts";
import { createFailureHandler, refuseUnreachable } from "./http/failures.ts";
import { refuse } from "./http/problem.ts";
import { acceptEmptyBodies } from "./http/bodies.ts";
import { addChangeRoutes } from "./routes/change-jobs.ts";
import { addDocsRoutes } from "./routes/docs.ts";
import { addDeleteRoute } from "./routes/delete-job.ts";
import { addEventRoutes } from "./routes/events.ts";
import { addFailureRoutes } from "./routes/failures.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addReadRoutes } from "./routes/read-jobs.ts";
import { addReportRoute } from "./routes/report.ts";
import { addStatsRoute } from "./routes/stats.ts";
import { addSubmitRoute } from "./routes/submit-job.ts";
import { addWorkersRoute } from "./routes/workers.ts";
import type { SubmissionRules } from "./submission/cross-checks.ts";

export interface ApiOptions {
  readonly keys: readonly HashedKey[];
  readonly rules: SubmissionRules;
  readonly version: string;
  /** The dashboard, served at `/`. */
  readonly page: Page;
  readonly log: FastifyBaseLogger | undefined;
}

/** The HTTP application on its ports; nothing listens yet. */
export async function createApp(ports: ApiPorts, options: ApiOptions): Promise<ApiApp> {
  const app: ApiApp = fastify({
    ...(options.log === undefined ? {} : { loggerInstance: options.log }),
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 500 },
    // Malformed percent escapes and the like get here before any route.
    frameworkErrors: (_error, _request, reply) =>
      refuse(reply, "REQUEST_INVALID", "The address cannot be read; check its percent escapes."),
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(createFailureHandler(ports.isLedgerReachable));
  app.setNotFoundHandler((request, reply) =>
    refuse(
      reply,
      "NOT_FOUND",
      `${request.method} ${request.url.split("?")[0] ?? ""} is not a call; GET /openapi.json lists those there are.`,
    ),
  );
  app.decorateRequest("client", null);
  acceptEmptyBodies(app);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Causeway",
        description: "Moves S3 buckets into OSS and proves that every object arrived.",
        version: options.version,
      },
      components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
      security: [{ key: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  addHealthRoutes(app, ports);
  addDocsRoutes(app);
  addDashboardRoutes(app, options.page);
  await app.register(
    async (scope) => {
      scope.addHook("onRequest", createKeyCheck(options.keys));
      scope.addHook("onRequest", async (_request, reply) => {
        if (!(await ports.isLedgerReachable())) refuseUnreachable(reply);
      });
      addJobRoutes(scope.withTypeProvider<ZodTypeProvider>(), ports, options.rules);
    },
    { prefix: "/v1" },
  );
  return app;
}

function addJobRoutes(app: ApiApp, ports: ApiPorts, rules: SubmissionRules): void {
  addSubmitRoute(app, ports, rules);
  addReadRoutes(app, ports);
  addStatsRoute(app, ports);
  addFailureRoutes(app, ports, rules);
  addReportRoute(app, ports);
  addChangeRoutes(app, ports, rules);
  addDeleteRoute(app, ports);
  addWorkersRoute(app, ports);
  addEventRoutes(app, ports);
  addKeyRoute(app);
}
