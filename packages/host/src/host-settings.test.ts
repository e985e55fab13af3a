import assert from "node:assert/strict";
import { test } from "node:test";
import { readHostSettings } from "./host-settings.ts";

const good = `version: 1
region: ap-northeast-1
secrets:
  SECRET_KEY: ssm:/causeway/secret-key
  REDIS_URL: secretsmanager:causeway/redis#url
settings:
  WORKER_PROCESSES: 0
  JOURNAL_SHARED: true
`;

function faultsOf(text: string): readonly string[] {
  const read = readHostSettings(text, "host.yaml");
  return "faults" in read ? read.faults : [];
}

test("host.yaml says which settings the worker has, and where its secrets lie", () => {
  const read = readHostSettings(good, "host.yaml");
  assert.ok("host" in read, JSON.stringify(read));
  assert.deepEqual(Object.fromEntries(read.host.settings), { WORKER_PROCESSES: "0", JOURNAL_SHARED: "true" });
  assert.deepEqual(read.host.secrets.get("REDIS_URL"), {
    from: "secretsmanager",
    id: "causeway/redis",
    key: "url",
    text: "secretsmanager:causeway/redis#url",
  });
  assert.equal(read.host.worker, "run");
});

test("everything that is wrong with host.yaml is told at once, with its line", () => {
  const faults = faultsOf(`version: 2
worker: perhaps
secrets:
  secret key: ssm:/x
settings:
  LOG_LEVEL: [info]
`);
  assert.deepEqual(
    faults.map((fault) => fault.slice(0, 12)),
    ["host.yaml:1:", "host.yaml:2:", "host.yaml:4:", "host.yaml:6:"],
  );
});

test("a secret among the plain settings is refused, and never shown", () => {
  const faults = faultsOf(`${good}  HTTPS_PROXY: http://me:hunter2@proxy.example.com:3128\n`);
  assert.equal(faults.length, 1);
  assert.match(faults[0] ?? "", /host\.yaml:9: settings\.HTTPS_PROXY is a secret: move it to secrets/);
  assert.doesNotMatch(faults.join(), /hunter2/);
});

test("a secret itself in the place of a reference is refused, and never shown", () => {
  const faults = faultsOf("version: 1\nsecrets:\n  SECRET_KEY: aHVudGVyMg==\n");
  assert.match(faults.join(), /host\.yaml:3: secrets\.SECRET_KEY must be ssm:.*not the secret itself/);
  assert.doesNotMatch(faults.join(), /aHVudGVyMg/);
});

test("a worker without SECRET_KEY, and secrets of AWS without a region, are refused", () => {
  const faults = faultsOf("version: 1\nsecrets:\n  REDIS_URL: ssm:/causeway/redis-url\n");
  assert.match(faults.join("\n"), /region is missing/);
  assert.match(faults.join("\n"), /lacks SECRET_KEY/);
});
