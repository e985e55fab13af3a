import type { ApiApp } from "../http/app-type.ts";
import { sendText } from "../http/send-text.ts";

/** `GET /openapi.json`, and `GET /docs` for people: the same calls on one page without scripts. */
export function addDocsRoutes(app: ApiApp): void {
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  app.get("/docs", { schema: { hide: true } }, async (_request, reply) => {
    sendText(reply, "text/html", page(app.swagger()));
  });
}

/** What of the description the page shows. */
interface Described {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, object | undefined>>;
}

function page({ info, paths = {} }: Described): string {
  const rows = Object.entries(paths).flatMap(([path, calls]) =>
    Object.entries(calls ?? {}).map(([method, call]) => row(method, path, call)),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(info.title)} API</title>
<style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}td{padding:.25rem 1rem .25rem 0;vertical-align:top}code{white-space:nowrap}</style></head>
<body><h1>${escaped(info.title)} API ${escaped(info.version)}</h1>
<p>${escaped(info.description ?? "")} Calls under /v1 need <code>Authorization: Bearer &lt;key&gt;</code>. Bodies and answers are
described in <a href="/openapi.json">openapi.json</a>.</p>
<table>${rows.join("\n")}</table></body></html>
`;
}

function row(method: string, path: string, call: unknown): string {
  const described = typeof call === "object" && call !== null && "summary" in call ? String(call.summary) : "";
  return `<tr><td><code>${escaped(method.toUpperCase())}</code></td><td><code>${escaped(path)}</code></td><td>${escaped(described)}</td></tr>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
