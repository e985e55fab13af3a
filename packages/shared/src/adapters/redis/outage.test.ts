import assert from "node:assert/strict";
import { test } from "node:test";
import { isOutage } from "./outage.ts";

test("a cluster that fails over, a server that starts and a lost connection are outages; what a script refuses is none", () => {
  for (const said of [
    "CLUSTERDOWN Hash slot not served",
    "CLUSTERDOWN The cluster is down",
    "LOADING Redis is loading the dataset in memory",
    "READONLY You can't write against a read only replica.",
    "Connection is closed.",
    "Too many Cluster redirections. Last error: Error: Connection is closed.",
  ]) {
    assert.equal(isOutage(new Error(said)), true, said);
  }
  for (const said of ["ERR wrong number of arguments", "OOM command not allowed", "NOSCRIPT No matching script"]) {
    assert.equal(isOutage(new Error(said)), false, said);
  }
  assert.equal(isOutage(undefined), false);
});
