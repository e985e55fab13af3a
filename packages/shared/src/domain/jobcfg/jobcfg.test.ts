import assert from "node:assert/strict";
import { test } from "node:test";
import { jobSpecSchema } from "../job-spec.ts";
import { carriedKeys } from "./carried.ts";
import { otherKeys } from "./keys.ts";
import { jobOfProperties } from "./map.ts";
import { regionOfOss, regionOfS3 } from "./region.ts";

/** The file that the document shows, with its secrets made up. */
const seedFile = `
srcType=s3
srcAccessKey=AKIAEXAMPLEA
srcSecretKey=+RWexample/iM3=
srcDomain=s3.ap-northeast-1.amazonaws.com
srcBucket=eric-s3-tokyo
srcPrefix=source_folder/
destAccessKey=LTAIexampleic
destSecretKey=nEtMexampleiDx
destDomain=http://oss-cn-shanghai-internal.aliyuncs.com
destBucket=eric-oss-datastore-shanghai
destPrefix=destination_folder/
`;

function mapped(text: string) {
  const answer = jobOfProperties(text);
  assert.equal(answer.answer, "mapped", JSON.stringify(answer));
  if (answer.answer !== "mapped") throw new Error("unreachable");
  return { ...answer, parsed: jobSpecSchema.parse(answer.spec) };
}

function refused(text: string): readonly string[] {
  const answer = jobOfProperties(text);
  assert.equal(answer.answer, "refused");
  return answer.answer === "refused" ? answer.faults : [];
}

test("the document's local_job.cfg becomes the job that it describes", () => {
  const { parsed, warnings } = mapped(seedFile);
  assert.deepEqual(warnings, []);
  assert.equal(parsed.name, "local_test");
  assert.equal(parsed.overwrite, "always");
  assert.deepEqual(parsed.source, {
    provider: "s3",
    region: "ap-northeast-1",
    endpoint: "https://s3.ap-northeast-1.amazonaws.com",
    bucket: "eric-s3-tokyo",
    prefix: "source_folder/",
    pathStyle: false,
    requesterPays: false,
    credentials: { accessKeyId: "AKIAEXAMPLEA", secretAccessKey: "+RWexample/iM3=" },
  });
  assert.equal(parsed.target.endpoint, "http://oss-cn-shanghai-internal.aliyuncs.com");
  assert.equal(parsed.target.region, "cn-shanghai");
});

test("the settings of a whole job.cfg are carried over, and what has no effect is a warning", () => {
  const { parsed, warnings } = mapped(
    `${seedFile}\r\n# comment\r\njobName=nightly\r\njobType=import\r\nisIncremental=false\r\nincrementalModeInterval=86400
importSince=0\nisSkipExistFile=true\nscanThreadCount=10\ntaskObjectCountLimit=50000\ntaskObjectSizeLimit=1000000000
multipartUploadThreshold=150m\nmultipartUploadPartSize=50m\nisServerSideEncryption=true\nauditMode=\nappId=0\n`,
  );
  assert.equal(parsed.name, "nightly");
  assert.equal(parsed.overwrite, "if-different");
  assert.deepEqual(parsed.tasks, { objectCountLimit: 10_000, objectSizeLimit: 1_000_000_000 });
  assert.equal(parsed.largeObjects.multipartThreshold, 150 * 1024 * 1024);
  assert.equal(parsed.largeObjects.partSize, 50 * 1024 * 1024);
  assert.deepEqual(parsed.target.serverSideEncryption, { algorithm: "AES256" });
  assert.deepEqual(
    warnings.map((warning) => warning.split(" ")[0]),
    ["incrementalModeInterval", "scanThreadCount", "taskObjectCountLimit"],
  );
});

test("all that is wrong with a file is told at once, each by its key", () => {
  const faults = refused(
    "srcType=oss\nsrcAccesKey=x\nisIncremental=true\njobType=audit\nimportSince=1544000000\nisUseExpressTunnel=true\nsrcDomain=s3.example.com\ndestDomain=oss.example.com\ntaskObjectCountLimit=many",
  );
  const named = faults.map((fault) => fault.replace(/ .*/, "")).sort();
  assert.deepEqual(named, [
    "destAccessKey",
    "destBucket",
    "destDomain",
    "destSecretKey",
    "importSince",
    "isIncremental",
    "isUseExpressTunnel",
    "jobType",
    "srcAccesKey",
    "srcAccessKey",
    "srcBucket",
    "srcDomain",
    "srcSecretKey",
    "srcType",
    "taskObjectCountLimit",
  ]);
});

test("a region that the domain does not show is asked for by the name of its key", () => {
  const foreign = seedFile.replace("s3.ap-northeast-1.amazonaws.com", "http://10.1.2.3:9000");
  assert.match(refused(foreign).join(), /srcRegion=ap-northeast-1/);
  const { parsed } = mapped(`${foreign}\nsrcRegion=us-east-1`);
  assert.equal(parsed.source.region, "us-east-1");
  assert.equal(parsed.source.endpoint, "http://10.1.2.3:9000");
  assert.equal(parsed.source.pathStyle, true);
});

/** Every key that OSSImport 2.3 documents or ships, by file. */
const documented = {
  "job.cfg":
    "jobName jobType isIncremental incrementalModeInterval importSince lastModify srcType srcAccessKey srcSecretKey srcDomain srcBucket srcPrefix destAccessKey destSecretKey destDomain destBucket destPrefix taskObjectCountLimit taskObjectSizeLimit isSkipExistFile scanThreadCount maxMultiThreadScanDepth uploadThreadNumPerLargeFile multipartUploadThreshold multipartUploadPartSize isServerSideEncryption isAllowSymbolicLink isAuditAfterImport auditMode getObjectMetaMode appId isDownloadFromCdn cdnDomain httpListFilePath httpPrefixColumn relativePathColumn isUseExpressTunnel expressTunnelProxyHost expressTunnelProxyType expressTunnelProxyUser expressTunnelProxyDest expressTunnelAuthToken",
  "sys.properties":
    "workingDir workerUser workerUserName workerPassword privateKeyFile sshPort workerTaskThreadNum workerMaxThroughput(KB/s) dispatcherThreadNum workerAbortWhenUncatchedException workerRecordMd5 javaHeapMaxSize",
};

test("every key of job.cfg and sys.properties is carried over or has a sentence of its own", () => {
  for (const [file, keys] of Object.entries(documented)) {
    for (const key of keys.split(" ")) {
      const known = carriedKeys.get(key)?.file ?? otherKeys.get(key)?.file ?? (otherKeys.has(key) ? "job.cfg" : "none");
      assert.equal(known, file, key);
    }
  }
});

test("keys of sys.properties are understood: the throughput becomes a limit, the rest is named, no secret is repeated", () => {
  const { parsed, warnings } = mapped(
    `${seedFile}workerMaxThroughput(KB/s)=2048\nworkerTaskThreadNum=60\nworkerPassword=hunter2\nsshPort=\nworkerRecordMd5=false`,
  );
  assert.equal(parsed.limits.bytesPerSecond, 2 * 1024 * 1024);
  assert.deepEqual(
    warnings.map((warning) => warning.split(" ")[0]),
    ["workerTaskThreadNum", "workerPassword", "workerMaxThroughput(KB/s)"],
  );
  assert.doesNotMatch(warnings.join(), /hunter2/);
  for (const none of ["0", "100000000"]) {
    const unlimited = mapped(`${seedFile}workerMaxThroughput(KB/s)=${none}`);
    assert.deepEqual([unlimited.parsed.limits.bytesPerSecond, unlimited.warnings], [0, []]);
  }
  assert.match(refused(`${seedFile}workerMaxThroughput(KB/s)=fast`).join(), /^workerMaxThroughput\(KB\/s\) must be/);
});

test("a multipart threshold above 1 GiB takes the threshold of spreading along", () => {
  const { parsed } = mapped(`${seedFile}multipartUploadThreshold=2g`);
  assert.equal(parsed.largeObjects.spreadThreshold, 2 * 1024 ** 3);
});

test("domains show their regions", () => {
  assert.equal(regionOfS3("s3.ap-northeast-1.amazonaws.com"), "ap-northeast-1");
  assert.equal(regionOfS3("s3-us-west-2.amazonaws.com"), "us-west-2");
  assert.equal(regionOfS3("s3.dualstack.eu-central-1.amazonaws.com"), "eu-central-1");
  assert.equal(regionOfS3("s3.cn-north-1.amazonaws.com.cn"), "cn-north-1");
  assert.equal(regionOfS3("bucket.vpce-1a2b3c-x.s3.us-east-1.vpce.amazonaws.com"), "us-east-1");
  assert.equal(regionOfS3("s3.amazonaws.com"), undefined);
  assert.equal(regionOfOss("oss-cn-shanghai-internal.aliyuncs.com"), "cn-shanghai");
  assert.equal(regionOfOss("oss-ap-southeast-1.aliyuncs.com"), "ap-southeast-1");
  assert.equal(regionOfOss("oss-accelerate.aliyuncs.com"), undefined);
});

test("an OSS domain without a scheme is http inside Alibaba's network and https outside", () => {
  const inside = mapped(seedFile.replace("http://oss-", "oss-"));
  assert.equal(inside.parsed.target.endpoint, "http://oss-cn-shanghai-internal.aliyuncs.com");
  const outside = mapped(seedFile.replace("http://oss-cn-shanghai-internal", "oss-cn-shanghai"));
  assert.equal(outside.parsed.target.endpoint, "https://oss-cn-shanghai.aliyuncs.com");
});
