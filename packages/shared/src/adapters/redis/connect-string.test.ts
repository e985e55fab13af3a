import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRedisUrl, type RedisPlace } from "./connect-string.ts";
import { redisSettings } from "./redis-settings.ts";

function place(text: string): RedisPlace {
  const parsed = parseRedisUrl(text);
  assert.ok("place" in parsed, JSON.stringify(parsed));
  return parsed.place;
}

const plain = { username: undefined, password: undefined, tls: false } as const;

test("one server, with user, password and database where needed", () => {
  const node = { host: "127.0.0.1", port: 6379 };
  const shown = "redis://127.0.0.1";
  assert.deepEqual(place("redis://127.0.0.1"), { ...plain, shown, kind: "server", node, db: 0 });
  const full = place("rediss://me:p%40ss%2Fword@redis.example.com:6380/3");
  assert.deepEqual(full, {
    username: "me",
    password: "p@ss/word",
    tls: true,
    shown: "rediss://redis.example.com:6380/3",
    kind: "server",
    node: { host: "redis.example.com", port: 6380 },
    db: 3,
  });
  const bracketed = place("redis://:secret@[fd00::1]:7000");
  assert.deepEqual(bracketed.kind === "server" && bracketed.node, { host: "fd00::1", port: 7000 });
  assert.deepEqual([bracketed.username, bracketed.password], [undefined, "secret"]);
});

test("a Unix socket", () => {
  for (const text of ["/run/redis.sock?db=2", "unix:/run/redis.sock?db=2", "unix:///run/redis.sock?db=2"]) {
    const shown = "unix:/run/redis.sock";
    assert.deepEqual(place(text), { ...plain, shown, kind: "socket", path: "/run/redis.sock", db: 2 });
  }
});

test("a cluster by some of its nodes, and sentinels with the master's name", () => {
  const cluster = place("rediss+cluster://u:p@a:7000,b");
  const nodes = [
    { host: "a", port: 7000 },
    { host: "b", port: 6379 },
  ];
  const secrets = { username: "u", password: "p", tls: true };
  assert.deepEqual(cluster, { ...secrets, shown: "rediss+cluster://a:7000,b", kind: "cluster", nodes });
  const sentinel = place("redis+sentinel://:p@a,b:5000/main.1/4?sentinelPassword=s%3F");
  assert.ok(sentinel.kind === "sentinel");
  assert.deepEqual(sentinel.nodes, [
    { host: "a", port: 26379 },
    { host: "b", port: 5000 },
  ]);
  assert.deepEqual([sentinel.master, sentinel.db, sentinel.sentinelPassword], ["main.1", 4, "s?"]);
  assert.doesNotMatch(sentinel.shown, /sentinelPassword/);
});

test("what is wrong with a connect string is said, without its secrets", () => {
  const faults: readonly (readonly [string, RegExp])[] = [
    ["http://127.0.0.1", /must be redis:\/\/host:port/],
    ["redis://u:hunter2/x@host", /has no host:port as its host 1; is \/ or @ in a password not percent-encoded/],
    ["redis://:hunter2%zz@host", /not percent-encoded/],
    ["redis://:hunter2@host:99999", /has no host:port as its host 1/],
    ["redis://:hunter2@a,b", /several hosts; say redis\+cluster/],
    ["redis://:hunter2@a/main", /the database "main"; databases are numbers/],
    ["redis+cluster://:hunter2@a/1", /a cluster has only one/],
    ["redis+sentinel://:hunter2@a", /needs the master's name/],
    ["redis://a?family=6", /has parameters; only redis\+sentinel/],
  ];
  for (const [text, expected] of faults) {
    const message = redisSettings.REDIS_URL.schema.safeParse(text).error?.issues[0]?.message ?? "";
    assert.match(message, expected, text);
    assert.doesNotMatch(message, /hunter2/, text);
  }
});
