import swagger from "@fastify/swagger";
import { fastify, type FastifyBaseLogger, LogController } from "fastify";
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import type { Page } from "@causeway/dashboard/assets/page.ts";
import type { ApiPorts } from "./api-ports.ts";
import { addDashboardRoutes } from "./dashboard.ts";
import { addKeyRoute } from "./dashboard-key.ts";
import { type HashedKey, type KeyRules, createKeyCheck } from "./http/auth.ts";
import type { ApiApp } from "./http/app-type.ts";
import { createFailureHandler, refuseUnreachable } from "./http/failures.ts";
import { observeRequests, requestIdOf, tellRequestId } from "./http/observe.ts";
import { refuse } from "./http/problem.ts";
import { createRequestGate } from "./http/request-gate.ts";
import { acceptEmptyBodies } from "./http/bodies.ts";
import { compileValidator } from "./http/validate.ts";
import { addChangeRoutes } from "./routes/change-jobs.ts";
import { addDocsRoutes } from "./routes/docs.ts";
import { addDeleteRoute } from "./routes/delete-job.ts";
import { addEventRoutes } from "./routes/events.ts";
import { addFailureRoutes } from "./routes/failures.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addHistoryRoute } from "./routes/history.ts";
import { addPreflightRoute } from "./routes/preflight.ts";
import { addReadRoutes } from "./routes/read-jobs.ts";
import { addReportRoute } from "./routes/report.ts";
import { addRetryRoute } from "./routes/retry.ts";
import { addShardsRoute } from "./routes/shards.ts";
import { addStatsRoute } from "./routes/stats.ts";
import { addSubmitRoute } from "./routes/submit-job.ts";
import { addWorkersRoute } from "./routes/workers.ts";
import type { SubmissionRules } from "./submission/cross-checks.ts";

export interface ApiOptions {
  readonly keys: readonly HashedKey[];
  /** What each key may keep up; 0: no limit. */
  readonly requestsPerSecond: number;
  readonly rules: SubmissionRules;
  readonly version: string;
  /** The dashboard, served at `/`. */
  readonly page: Page;
  readonly log: FastifyBaseLogger | undefined;
}

const mostBodyBytes = 1_048_576;
const requestWithinMs = 30_000;
/** From one address. */
const wrongKeysRule = { perSecond: 5, burst: 20 };

/** The HTTP application on its ports; nothing listens yet. */
export async function createApp(ports: ApiPorts, options: ApiOptions): Promise<ApiApp> {
  const app: ApiApp = fastify({
    ...(options.log === undefined ? {} : { loggerInstance: options.log }),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    routerOptions: { maxParamLength: 500 },
    bodyLimit: mostBodyBytes,
    // A request that does not come to its end holds its connection no longer than this.
    requestTimeout: requestWithinMs,
    genReqId: requestIdOf,
    // Malformed percent escapes and the like get here before any route.
    frameworkErrors: (_error, request, reply) => {
      tellRequestId(request, reply);
      refuse(reply, "REQUEST_INVALID", "The address cannot be read; check its percent escapes.");
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(compileValidator);
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
  observeRequests(app, ports.meter);
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
      scope.addHook("onRequest", createKeyCheck(keyRulesOf(ports, options)));
      scope.addHook("onRequest", async (_request, reply) => {
        if (!(await ports.isLedgerReachable())) refuseUnreachable(reply);
      });
      addJobRoutes(scope.withTypeProvider<ZodTypeProvider>(), ports, options.rules);
    },
    { prefix: "/v1" },
  );
  return app;
}

function keyRulesOf({ clock }: ApiPorts, { keys, requestsPerSecond }: ApiOptions): KeyRules {
  const calls = createRequestGate({ perSecond: requestsPerSecond, burst: 2 * requestsPerSecond }, clock);
  return { keys, calls, wrongKeys: createRequestGate(wrongKeysRule, clock) };
}

function addJobRoutes(app: ApiApp, ports: ApiPorts, rules: SubmissionRules): void {
  addSubmitRoute(app, ports, rules);
  addPreflightRoute(app, ports, rules);
  addReadRoutes(app, ports);
  addStatsRoute(app, ports);
  addHistoryRoute(app, ports);
  addFailureRoutes(app, ports);
  addRetryRoute(app, ports, rules);
  addReportRoute(app, ports);
  addChangeRoutes(app, ports, rules);
  addDeleteRoute(app, ports);
  addWorkersRoute(app, ports);
  addEventRoutes(app, ports);
  addShardsRoute(app, ports);
  addKeyRoute(app);
}
