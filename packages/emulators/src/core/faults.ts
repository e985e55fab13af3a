import { z } from "zod";

const matcher = z.strictObject({
  /** Operations as the protocol names them (`GetObject`, `UploadPart`, …); `*` means every one. */
  operation: z.union([z.string(), z.array(z.string()).min(1)]).default("*"),
  /** A regular expression that the object's key must match. */
  keyPattern: z.string().optional(),
  /** Only requests that this access key signs, as if a store had had enough of it. */
  accessKeyId: z.string().optional(),
  /** How many of the matching requests are struck, from 0 to 1. */
  share: z.number().min(0).max(1).default(1),
  /** `key`: the same keys are struck every time. `request`: drawn anew for each request. */
  by: z.enum(["request", "key"]).default("request"),
  /** First and last matching request that may be struck, counted from 1. */
  fromRequest: z.number().int().min(1).default(1),
  toRequest: z.number().int().min(1).optional(),
  /** Strikes at most so often in all, and so often for one key. */
  times: z.number().int().min(1).optional(),
  timesPerKey: z.number().int().min(1).optional(),
});

const milliseconds = z.number().min(0);

/** Where in a body something happens; without it, in the middle. */
const afterBytes = z.number().int().nonnegative().optional();

/** Whose body it is: the store's answer, or what is sent to it. */
const side = z.enum(["answer", "request"]).default("answer");

export const faultRuleSchema = z.discriminatedUnion("fault", [
  matcher.extend({ fault: z.literal("503") }),
  /** A 503 that says how long to wait: `Retry-After` or `x-oss-qos-delay-time`. */
  matcher.extend({ fault: z.literal("503-with-delay"), delayMs: milliseconds.default(1000) }),
  matcher.extend({ fault: z.literal("status"), status: z.number().int().min(400).max(599), code: z.string() }),
  /** Another server's page, as a proxy on the way would send it. */
  matcher.extend({ fault: z.literal("html"), status: z.number().int().min(200).max(599).default(200) }),
  /** The whole content as the answer to a range that nobody asked for: 206 where 200 was due. */
  matcher.extend({ fault: z.literal("206") }),
  /** The connection breaks before the store did anything. */
  matcher.extend({ fault: z.literal("reset") }),
  /** The store does what was asked, and the connection breaks before the answer. */
  matcher.extend({ fault: z.literal("lost-answer") }),
  /** No answer, ever. */
  matcher.extend({ fault: z.literal("hang") }),
  /**
   * The body breaks off; `announce: "short"` also announces the shorter length, so that nothing looks broken. Of a request the
   * store always gets a shorter length: as if something on the way had cut it and put that right.
   */
  matcher.extend({
    fault: z.literal("truncate"),
    afterBytes,
    announce: z.enum(["full", "short"]).default("full"),
    side,
  }),
  /** The body stops and the connection stays. */
  matcher.extend({ fault: z.literal("stall"), afterBytes }),
  /** Zero bytes behind the body's end, their length announced. */
  matcher.extend({ fault: z.literal("pad"), bytes: z.number().int().min(1).default(1), side }),
  matcher.extend({ fault: z.literal("flip-byte"), afterBytes, side }),
  matcher.extend({ fault: z.literal("latency"), ms: milliseconds, jitterMs: milliseconds.default(0) }),
  /** Paces both bodies, each connection on its own. */
  matcher.extend({ fault: z.literal("bandwidth"), bytesPerSecond: z.number().positive() }),
]);

/** What goes wrong, when and how often: repeatable, because every draw follows from the seed. */
export const faultPlanSchema = z.strictObject({
  seed: z.number().int().nonnegative().default(1),
  rules: z.array(faultRuleSchema).default([]),
});

export type FaultRule = Readonly<z.infer<typeof faultRuleSchema>>;
export type FaultPlanConfig = Readonly<z.infer<typeof faultPlanSchema>>;
/** A plan as people write it, defaults left out. */
export type FaultPlanInput = z.input<typeof faultPlanSchema>;

/** What a plan knows of a request. */
export interface FaultedRequest {
  readonly operation: string;
  readonly key: string;
  /** That the request's header names as its signer's, if any; asked only by rules about a key. */
  readonly accessKeyId?: () => string | undefined;
}

/** The rules that strike one request, in the plan's order. */
export interface FaultPlan {
  readonly config: FaultPlanConfig;
  strike(request: FaultedRequest): readonly FaultRule[];
}

const NONE: readonly FaultRule[] = [];

export function createFaultPlan(config: FaultPlanConfig): FaultPlan {
  const rules = config.rules.map((rule, at) => createStriker(rule, `${config.seed}.${at}`));
  return {
    config,
    strike: (request) => (rules.length === 0 ? NONE : rules.flatMap((striker) => striker(request) ?? [])),
  };
}

type Striker = (request: FaultedRequest) => FaultRule | undefined;

function createStriker(rule: FaultRule, salt: string): Striker {
  const pattern = rule.keyPattern === undefined ? undefined : new RegExp(rule.keyPattern, "u");
  const struckByKey = new Map<string, number>();
  let matched = 0;
  let struck = 0;
  return ({ operation, key, accessKeyId }) => {
    if (!meets(rule.operation, operation) || pattern?.test(key) === false) return undefined;
    if (rule.accessKeyId !== undefined && rule.accessKeyId !== accessKeyId?.()) return undefined;
    matched += 1;
    if (matched < rule.fromRequest || matched > (rule.toRequest ?? Infinity)) return undefined;
    if (draw(salt, rule.by === "key" ? key : String(matched)) >= rule.share) return undefined;
    const struckHere = struckByKey.get(key) ?? 0;
    if (struck >= (rule.times ?? Infinity) || struckHere >= (rule.timesPerKey ?? Infinity)) return undefined;
    struck += 1;
    if (rule.timesPerKey !== undefined) struckByKey.set(key, struckHere + 1);
    return rule.fault === "latency" ? settled(rule, draw(salt, `jitter ${matched}`)) : rule;
  };
}

/** The jitter is drawn here, so that it repeats with the seed. */
function settled(rule: FaultRule & { fault: "latency" }, drawn: number): FaultRule {
  return { ...rule, ms: rule.ms + drawn * rule.jitterMs, jitterMs: 0 };
}

function meets(wanted: string | readonly string[], operation: string): boolean {
  if (wanted === "*" || wanted === operation) return true;
  return typeof wanted !== "string" && (wanted.includes(operation) || wanted.includes("*"));
}

/** A number from 0 up to, not including, 1: FNV-1a over the text, then mixed, because its upper bits spread badly. */
function draw(salt: string, subject: string): number {
  const text = `${salt}/${subject}`;
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
