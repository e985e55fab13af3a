import { setTimeout as sleep } from "node:timers/promises";

export interface SpotNoticeOptions {
  /** The document that appears when the host is to be taken away; undefined: nobody looks. */
  readonly url: string | undefined;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** Called once, when it has appeared. */
  readonly onNotice: () => void;
  readonly everyMs?: number;
}

/** AWS advises to look every five seconds; the notice comes two minutes before the end. */
const usualEveryMs = 5000;
const answerWithinMs = 2000;
const tokenSeconds = "60";

/**
 * Looks for the notice that a spot host is to be taken away: `/latest/meta-data/spot/instance-action` of EC2's metadata service,
 * `/latest/meta-data/instance/spot/termination-time` of ECS'. Both answer 404 until then, and ask for a token in their hardened
 * modes (IMDSv2). A service that does not answer is told of once. Answers what ends the watch.
 */
export function watchSpotNotice({ url, log, onNotice, everyMs = usualEveryMs }: SpotNoticeOptions): () => void {
  if (url === undefined) return () => {};
  const ended = new AbortController();
  const { signal } = ended;
  const watch = async (): Promise<void> => {
    let trouble: "unknown" | "told" = "unknown";
    while (!signal.aborted) {
      try {
        const notice = await readNotice(url, signal);
        if (notice !== undefined) {
          log.warn({ notice }, "this host is to be taken away: stopping, tasks go to other hosts");
          onNotice();
          return;
        }
        trouble = "unknown";
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (trouble === "unknown" && !signal.aborted) log.warn({ url, reason }, "SPOT_NOTICE_URL does not answer");
        trouble = "told";
      }
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  log.info({ url }, "looking for the notice that this host is to be taken away");
  void watch();
  return () => ended.abort();
}

/** Undefined: there is none. */
async function readNotice(url: string, ended: AbortSignal): Promise<string | undefined> {
  const signal = AbortSignal.any([ended, AbortSignal.timeout(answerWithinMs)]);
  const headers = await tokenHeaders(url, signal);
  const answer = await fetch(url, { headers, signal, redirect: "error" });
  const text = await answer.text();
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return text.slice(0, 200);
}

/** The two clouds differ only in the headers' names. Where there are no tokens, it goes without. */
async function tokenHeaders(url: string, signal: AbortSignal): Promise<Record<string, string>> {
  const names = ["x-aws-ec2-metadata-token", "x-aliyun-ecs-metadata-token"] as const;
  const asked = Object.fromEntries(names.map((name) => [`${name}-ttl-seconds`, tokenSeconds]));
  const answer = await fetch(new URL("/latest/api/token", url), { method: "PUT", headers: asked, signal });
  const token = await answer.text();
  return answer.ok ? Object.fromEntries(names.map((name) => [name, token])) : {};
}
