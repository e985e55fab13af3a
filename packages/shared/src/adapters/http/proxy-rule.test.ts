import assert from "node:assert/strict";
import { test } from "node:test";
import { proxyFor } from "./proxy-rule.ts";

const proxy = "http://proxy.example.com:3128";
const through = (endpoint: string, noProxy: readonly string[] = []) =>
  proxyFor(endpoint, { httpsProxy: proxy, noProxy }, "any");

test("stores are reached through the proxy, but for loopback, OSS' internal endpoints and targets with fixed addresses", () => {
  assert.equal(through("https://s3.ap-northeast-1.amazonaws.com"), proxy);
  assert.equal(through("http://oss-cn-shanghai.aliyuncs.com"), proxy);
  for (const direct of ["http://127.0.0.1:9000", "http://localhost:1", "https://[::1]:1"]) {
    assert.equal(through(direct), undefined, direct);
  }
  assert.equal(through("http://oss-cn-shanghai-internal.aliyuncs.com"), undefined);
  const settings = { httpsProxy: proxy, noProxy: [] };
  assert.equal(proxyFor("https://oss-cn-shanghai.aliyuncs.com", settings, "fixed"), undefined);
  assert.equal(proxyFor("https://s3.example.com", { httpsProxy: undefined, noProxy: [] }, "any"), undefined);
});

test("NO_PROXY names hosts, domains, ports, addresses and blocks", () => {
  const endpoint = "https://bucket.vpce-1.s3.example.com";
  for (const entry of ["*", "s3.example.com", ".EXAMPLE.com", "*.example.com", "example.com:443"]) {
    assert.equal(through(endpoint, [entry]), undefined, entry);
  }
  for (const entry of ["3.example.com", "example.com:8443", "10.0.0.0/8", ""]) {
    assert.equal(through(endpoint, [entry]), proxy, entry);
  }
  assert.equal(through("http://10.1.2.3:9000", ["10.0.0.0/8"]), undefined);
  assert.equal(through("http://11.1.2.3:9000", ["10.0.0.0/8", "fd00::/8"]), proxy);
  assert.equal(through("http://[fd00::5]:9000", ["fd00::/8"]), undefined);
});
