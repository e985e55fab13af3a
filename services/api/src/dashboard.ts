import type { Asset, Page } from "@causeway/dashboard/assets/page.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ApiApp } from "./http/app-type.ts";
import { refuse } from "./http/problem.ts";

/**
 * What the page may do in a browser: run our own scripts and styles, and call this API. Nothing inline, nothing from
 * elsewhere, in nobody's frame.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const pageHeaders = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
} as const;

/** `GET /` and `/assets/…`: the dashboard. Open to whoever reaches the port; what it shows needs a key. */
export function addDashboardRoutes(app: ApiApp, page: Page): void {
  app.get("/", { schema: { hide: true } }, (request, reply) => {
    send(request, reply.header("cache-control", "no-cache"), page.index);
  });
  app.get("/assets/:name", { schema: { hide: true } }, (request, reply) => {
    const asset = page.assets.get(request.url.split("?")[0] ?? "");
    if (asset === undefined) return refuse(reply, "NOT_FOUND", "The page has changed; load it again.");
    // Its path names its content.
    return send(request, reply.header("cache-control", "public, max-age=31536000, immutable"), asset);
  });
}

function send(request: FastifyRequest, reply: FastifyReply, asset: Asset): void {
  const { encoding, body } = encoded(request.headers["accept-encoding"] ?? "", asset);
  void reply.headers({ ...pageHeaders, vary: "accept-encoding", etag: asset.etag });
  if (request.headers["if-none-match"]?.includes(asset.etag) === true) {
    void reply.code(304).send();
    return;
  }
  if (encoding !== undefined) void reply.header("content-encoding", encoding);
  void reply.type(asset.type).send(body);
}

/** The smallest form that the browser takes. */
function encoded(accepted: string, asset: Asset): { readonly encoding?: string; readonly body: Buffer } {
  if (/\bbr\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted)) return { encoding: "br", body: asset.br() };
  if (/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted)) return { encoding: "gzip", body: asset.gzip() };
  return { body: asset.plain };
}
