import { z } from "zod";
import { parseRedisUrl } from "./connect-string.ts";

/** The setting of every service that says where Redis is. */
export const redisSettings = {
  REDIS_URL: {
    schema: z.string().superRefine((text, context) => {
      const parsed = parseRedisUrl(text);
      if ("fault" in parsed) context.addIssue({ code: "custom", message: parsed.fault });
    }),
    default: "redis://127.0.0.1:6379",
    doc:
      "Where Redis is: redis://user:password@host:port/db, rediss:// (TLS), unix:/path, redis+cluster://host:port,host:port or " +
      "redis+sentinel://host:port,host:port/master-name. It must run with AOF and noeviction.",
    secret: true,
  },
} as const;
