import assert from "node:assert/strict";
import { test } from "node:test";
import { createAddressRules } from "./address-rules.ts";

const defaults = createAddressRules(["*.amazonaws.com", "*.amazonaws.com.cn", "*.aliyuncs.com"]);

test("the providers' hosts and private addresses are allowed without being named", () => {
  for (const endpoint of [
    "https://s3.ap-northeast-1.amazonaws.com",
    "https://bucket.vpce-1a2b-3c4d.s3.us-east-1.vpce.amazonaws.com",
    "https://S3.CN-NORTH-1.AMAZONAWS.COM.CN",
    "http://oss-cn-shanghai-internal.aliyuncs.com/",
    "http://10.1.2.3",
    "http://172.16.1.183:9000",
    "http://192.168.0.1",
    "http://100.118.102.7",
  ]) {
    assert.equal(defaults.allowsEndpoint(endpoint), true, endpoint);
  }
});

test("this host, link-local addresses and metadata services need naming, however they are written", () => {
  for (const endpoint of [
    "http://127.0.0.1:9000",
    "http://127.1",
    "http://2130706433",
    "http://0x7f.0.0.1",
    "http://0.0.0.0",
    "http://localhost",
    "http://[::1]:80",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:a9fe:a9fe]",
    "http://169.254.169.254",
    "http://[fd00:ec2::254]",
    "http://100.100.100.200",
    "http://[fe80::1]",
    "http://metadata.google.internal",
    "http://203.0.113.9",
    "https://example.com",
    "https://amazonaws.com.example.com",
    "https://evilamazonaws.com",
  ]) {
    assert.equal(defaults.allowsEndpoint(endpoint), false, endpoint);
  }
});

test("a name in ALLOWED_ENDPOINTS allows that host, with a port only that port", () => {
  const rules = createAddressRules(["127.0.0.1", "minio.example.com:9000", "[::1]:9001", "*.corp.example"]);
  assert.equal(rules.allowsEndpoint("http://127.0.0.1:1234"), true);
  assert.equal(rules.allowsEndpoint("http://minio.example.com:9000"), true);
  assert.equal(rules.allowsEndpoint("http://minio.example.com"), false);
  assert.equal(rules.allowsEndpoint("http://[::1]:9001"), true);
  assert.equal(rules.allowsEndpoint("http://[::1]:9002"), false);
  assert.equal(rules.allowsEndpoint("https://s3.corp.example"), true);
  assert.equal(rules.allowsEndpoint("https://corp.example"), false);
  assert.equal(rules.allowsEndpoint("https://s3.us-east-1.amazonaws.com"), false, "the defaults are replaced");
});

test("pinned addresses obey the same blocks", () => {
  assert.equal(defaults.allowsAddress("100.118.102.7"), true);
  assert.equal(defaults.allowsAddress("127.0.0.1"), false);
  assert.equal(defaults.allowsAddress("203.0.113.9"), false);
  assert.equal(createAddressRules(["203.0.113.9"]).allowsAddress("203.0.113.9"), true);
});

test("notices go by https anywhere but to this host and to metadata services, by http only to named hosts", () => {
  assert.equal(defaults.allowsNotice("https://hooks.example.com/x"), true);
  assert.equal(defaults.allowsNotice("https://203.0.113.9/x"), true);
  assert.equal(defaults.allowsNotice("http://hooks.example.com/x"), false);
  assert.equal(defaults.allowsNotice("https://127.0.0.1/x"), false);
  assert.equal(defaults.allowsNotice("https://foo.localhost/x"), false);
  assert.equal(defaults.allowsNotice("https://169.254.169.254/latest"), false);
  assert.equal(defaults.allowsNotice("https://[::ffff:127.0.0.1]/x"), false);
  assert.equal(createAddressRules(["hooks.internal:8080"]).allowsNotice("http://hooks.internal:8080/x"), true);
});

test("a host that is not named itself must not be at a guarded address once it is connected to", () => {
  const allows = defaults.addressesOf("https://rebound.amazonaws.com");
  for (const address of [
    "127.0.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "::1",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
  ]) {
    assert.equal(allows?.(address), false, address);
  }
  assert.equal(allows?.("52.219.0.1"), true);
  assert.equal(allows?.("10.1.2.3"), true, "where private paths live");
  assert.equal(createAddressRules(["localhost:9000"]).addressesOf("http://localhost:9000"), undefined);
});
