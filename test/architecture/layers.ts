import { importsOf, shortened, withoutComments } from "./imports.ts";

/** A breach of the architecture, as a sentence that names the file. */
export type Breach = string;

interface Layer {
  /** Which files the row is about, by path from the root. The first row that matches a file is its row. */
  readonly files: RegExp;
  /** What they may import besides their own folder: starts of specifiers, `shared/…` for the shared package. */
  readonly may: readonly string[];
  /** What they may import as types only. */
  readonly mayAsTypes?: readonly string[];
}

/** What the stores' adapters are made of: these know a protocol or a sum, and no store; docs/adr/0003 says why. */
const pieces = ["http", "http1", "xml", "crc64"].map((name) => `shared/adapters/${name}/`);

/** The vendors of each adapter; an adapter without a row has none but Node itself. */
const vendors: Readonly<Record<string, readonly string[]>> = {
  s3: ["@aws-sdk/", "@smithy/", ...pieces],
  oss: ["ali-oss", ...pieces],
  memory: ["shared/adapters/crc64/"],
  http: ["undici", "shared/adapters/http1/"],
  crc64: ["wabt"],
  webhook: ["undici", "shared/adapters/http/"],
  redis: ["ioredis"],
  bullmq: ["bullmq", "ioredis"],
};

/** Every adapter parses what comes from outside, hence zod. */
const everyAdapter = ["shared/domain/", "shared/ports/", "zod", "node:"];

const adapterLayers: readonly Layer[] = Object.entries(vendors).map(([name, vendor]) => ({
  files: new RegExp(`^packages/shared/src/adapters/${name}/`),
  may: [...everyAdapter, ...vendor],
}));

/** The architecture. A file may import its own folder and what its row allows; nothing else. */
const layers: readonly Layer[] = [
  { files: /^packages\/shared\/src\/domain\//, may: ["zod", "node:crypto"] },
  { files: /^packages\/shared\/src\/ports\//, may: ["shared/domain/"], mayAsTypes: ["node:stream"] },
  { files: /^packages\/shared\/src\/wrappers\//, may: ["shared/domain/", "shared/ports/", "node:stream"] },
  ...adapterLayers,
  { files: /^packages\/shared\/src\/adapters\/[^/]+\//, may: everyAdapter },
  { files: /^packages\/shared\/src\/platform\//, may: ["pino", "prom-client", "zod", "node:"] },
  { files: /^packages\/shared\/src\/preflight\//, may: ["shared/domain/", "shared/ports/"] },
  // What master and worker open alike: the only place besides main.ts that knows several adapters.
  { files: /^packages\/shared\/src\/wiring\//, may: ["shared/domain/", "shared/ports/", "shared/adapters/", "node:"] },
  {
    files: /^packages\/shared\/src\/testing\//,
    may: [
      "shared/domain/",
      "shared/ports/",
      "shared/adapters/memory/",
      "shared/adapters/crc64/",
      "fast-check",
      "node:",
    ],
  },
  { files: /^packages\/emulators\/src\/core\/crc64\/build\.ts$/, may: ["wabt", "node:"] },
  { files: /^packages\/emulators\/src\//, may: ["hash-wasm", "zod", "node:"] },
  {
    // The comparer trusts nothing of the copy path: it has its own client, its own listing and its own arithmetic.
    files: /^packages\/cli\/src\/compare\//,
    may: ["@aws-sdk/client-s3", "undici", "zod", "node:"],
  },
  {
    files: /^packages\/cli\/src\//,
    may: ["shared/", "emulators/", "tunnel/", "@aws-sdk/client-s3", "commander", "ioredis", "undici", "zod", "node:"],
  },
  // What runs in the browser. The rules of what a job may say and what faults mean are the same there.
  {
    files: /^packages\/dashboard\/src\/page\//,
    may: ["shared/domain/", "preact", "@preact/signals", "htm", "uplot"],
  },
  { files: /^packages\/dashboard\/src\/assets\//, may: ["node:"] },
  { files: /^services\/api\/src\/main\.ts$/, may: ["shared/", "dashboard/", "zod", "node:"] },
  { files: /^packages\/tunnel\/src\/docs\//, may: ["tunnel/", "node:"] },
  {
    // What tunnel.yaml says and what follows from it are decided without touching the host.
    files: /^packages\/tunnel\/src\/(model|render|convert)\//,
    may: ["tunnel/model/", "tunnel/render/", "yaml", "zod"],
  },
  { files: /^packages\/tunnel\/src\//, may: ["shared/domain/", "shared/ports/", "zod", "node:"] },
  // A host's own affairs: it reads secrets and starts services, and copies nothing.
  { files: /^packages\/host\/src\//, may: ["shared/", "tunnel/", "@aws-sdk/", "zod", "node:"] },
  { files: /^services\/worker\/src\/main\.ts$/, may: ["shared/", "tunnel/link/", "node:"] },
  { files: /^services\/([^/]+)\/src\/(main|config)\.ts$/, may: ["shared/", "zod", "node:"] },
  {
    files: /^services\/api\/src\//,
    may: ["shared/domain/", "shared/ports/", "shared/preflight/", "fastify", "@fastify/", "zod", "node:"],
    mayAsTypes: ["shared/platform/", "dashboard/assets/"],
  },
  {
    files: /^services\/[^/]+\/src\//,
    may: ["shared/domain/", "shared/ports/", "node:"],
    mayAsTypes: ["shared/platform/"],
  },
];

/** What the domain may take from node:crypto: hashes, which give the same answer every time. */
const pureCrypto = new Set(["createHash", "createHmac", "hash", "Hash", "Hmac", "timingSafeEqual"]);

/** Finds what a source file does that its layer forbids. `text` is its whole content. */
export function breachesOf(file: string, text: string): Breach[] {
  const layer = layers.find(({ files }) => files.test(file));
  if (layer === undefined) return [`${file} belongs to no layer; give its folder a row in test/architecture/layers.ts`];
  const code = withoutComments(text);
  return [...importBreaches(file, code, layer), ...textBreaches(file, code)];
}

function importBreaches(file: string, code: string, layer: Layer): Breach[] {
  const breaches: Breach[] = [];
  for (const { specifier, typesOnly, names } of importsOf(file, code)) {
    const allowed = typesOnly ? [...layer.may, ...(layer.mayAsTypes ?? [])] : layer.may;
    const mine = specifier.startsWith(ownFolder(file, layer)) || allowed.some((start) => specifier.startsWith(start));
    if (!mine) breaches.push(`${file} may not import ${specifier}${typesOnly ? "" : " (as a value)"}`);
    const impure = names.filter((name) => !pureCrypto.has(name));
    if (file.startsWith("packages/shared/src/domain/") && specifier === "node:crypto" && impure.length > 0) {
      breaches.push(`${file} may import only hashes from node:crypto, not ${impure.join(", ")}`);
    }
  }
  return breaches;
}

/** The folder that the row's pattern matched, or the whole service for its main.ts and config.ts. */
function ownFolder(file: string, layer: Layer): string {
  const service = /^services\/[^/]+\/src\//.exec(file)?.[0];
  return shortened(service ?? layer.files.exec(file)?.[0] ?? file);
}

function textBreaches(file: string, code: string): Breach[] {
  const breaches: Breach[] = [];
  // Test support may be sized from outside; no process of the product loads it.
  const reads = file.endsWith("/config.ts") || file.includes("/src/testing/");
  if (/\bprocess\s*\.\s*env\b/.test(code) && !reads) {
    breaches.push(`${file} reads the environment; only config.ts may`);
  }
  if (/\bprocess\s*\.\s*exit\s*\(/.test(code) && !file.endsWith("/main.ts")) {
    breaches.push(`${file} ends the process; only main.ts may`);
  }
  if (/\{job:|["'`]jobs?:/.test(code) && file !== "packages/shared/src/adapters/redis/keys.ts") {
    breaches.push(`${file} spells a Redis key; only packages/shared/src/adapters/redis/keys.ts may`);
  }
  return breaches;
}
