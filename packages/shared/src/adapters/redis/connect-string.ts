/** Where Redis is, as REDIS_URL says it. */
export type RedisPlace = {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
  /** For logs: without secrets. */
  readonly shown: string;
} & (
  | { readonly kind: "server"; readonly node: RedisNode; readonly db: number }
  | { readonly kind: "socket"; readonly path: string; readonly db: number }
  | { readonly kind: "cluster"; readonly nodes: readonly RedisNode[] }
  | {
      readonly kind: "sentinel";
      readonly nodes: readonly RedisNode[];
      /** The name under which the sentinels know the master. */
      readonly master: string;
      readonly db: number;
      /** The sentinels' own, where they have one. */
      readonly sentinelPassword: string | undefined;
    }
);

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export type ParsedRedis = { readonly place: RedisPlace } | { readonly fault: string };

const forms =
  "must be redis://host:port, rediss://host:port (TLS), unix:/path/redis.sock, redis+cluster://host:port,host:port or " +
  "redis+sentinel://host:port,host:port/master-name; with user:password@ in front of the host where needed";
const usualPorts = { server: 6379, cluster: 6379, sentinel: 26379 } as const;

/**
 * Parses a connect string. TLS by `rediss`, also as `rediss+cluster` and `rediss+sentinel`; the database behind a slash
 * (a sentinel's behind the master's name), a socket's as `?db=1`; a sentinel's own password as `?sentinelPassword=…`.
 * Special characters of user and password are percent-encoded. A fault never holds a secret.
 */
export function parseRedisUrl(text: string): ParsedRedis {
  const socket = /^(?:unix:(?:\/\/)?)?(\/[^?]+)(?:\?db=(\d{1,5}))?$/.exec(text);
  if (socket?.[1] !== undefined) return socketPlace(socket[1], Number(socket[2] ?? 0));
  const match = /^redis(s?)(?:\+(cluster|sentinel))?:\/\/(?:([^@/?]*)@)?([^@/?]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(text);
  if (match === null) return { fault: forms };
  const [, tls, mode, user = "", hosts = "", path = "", query = ""] = match;
  const kind = mode === "cluster" || mode === "sentinel" ? mode : "server";
  const nodes = nodesOf(hosts, usualPorts[kind]);
  if (typeof nodes === "string") return { fault: nodes };
  const secrets = secretsOf(user);
  if (secrets === undefined) return { fault: "has a user or password that is not percent-encoded" };
  const shown = `redis${tls ?? ""}${mode === undefined ? "" : `+${mode}`}://${hosts}${path === "" ? "" : `/${path}`}`;
  return placeOf({ ...secrets, tls: tls === "s", shown }, { kind, nodes, path, query });
}

interface Rest {
  readonly kind: "server" | "cluster" | "sentinel";
  readonly nodes: readonly RedisNode[];
  readonly path: string;
  readonly query: string;
}

type Common = Pick<RedisPlace, "username" | "password" | "tls" | "shown">;

function placeOf(common: Common, { kind, nodes, path, query }: Rest): ParsedRedis {
  const sentinelPassword = new URLSearchParams(query).get("sentinelPassword") ?? undefined;
  if (query !== "" && (kind !== "sentinel" || !/^sentinelPassword=[^&]*$/.test(query))) {
    return { fault: "has parameters; only redis+sentinel:// takes one, ?sentinelPassword=…" };
  }
  const [node] = nodes;
  switch (kind) {
    case "cluster":
      return path === ""
        ? { place: { ...common, kind, nodes } }
        : { fault: "names a database; a cluster has only one" };
    case "sentinel": {
      const [, master, db = "0"] = /^([\w.-]+)(?:\/(\d{1,5}))?$/.exec(path) ?? [];
      if (master === undefined) return { fault: "needs the master's name: redis+sentinel://host:port/master-name" };
      return { place: { ...common, kind, nodes, master, db: Number(db), sentinelPassword } };
    }
    case "server":
      if (node === undefined || nodes.length > 1) {
        return { fault: "names several hosts; say redis+cluster:// or redis+sentinel:// for them" };
      }
      if (!/^\d{0,5}$/.test(path)) return { fault: `names the database "${path}"; databases are numbers` };
      return { place: { ...common, kind, node, db: Number(path) } };
    default:
      return kind satisfies never;
  }
}

function socketPlace(path: string, db: number): ParsedRedis {
  const common = { username: undefined, password: undefined, tls: false, shown: `unix:${path}` };
  return { place: { ...common, kind: "socket", path, db } };
}

/** Or what is wrong with them. */
function nodesOf(hosts: string, usualPort: number): readonly RedisNode[] | string {
  const nodes: RedisNode[] = [];
  for (const [place, text] of hosts.split(",").entries()) {
    const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
    const host = bracketed ?? plain;
    const number = port === undefined ? usualPort : Number(port);
    if (host === undefined || number < 1 || number > 65_535)
      return `has no host:port as its host ${place + 1}; is / or @ in a password not percent-encoded?`;
    nodes.push({ host, port: number });
  }
  return nodes;
}

function secretsOf(user: string): Pick<RedisPlace, "username" | "password"> | undefined {
  const [, name = "", password = ""] = /^([^:]*)(?::(.*))?$/.exec(user) ?? [];
  try {
    return { username: decodeURIComponent(name) || undefined, password: decodeURIComponent(password) || undefined };
  } catch {
    return undefined;
  }
}
