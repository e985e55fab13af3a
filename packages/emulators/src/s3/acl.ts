import { gather } from "../core/body.ts";
import { childOf, readXml, textOf, type XmlElement } from "../core/xml-reader.ts";
import { emptyAnswer, OWNER, requireObject, xmlAnswer, type BucketOperation } from "./call.ts";
import { cannedAcl } from "./object-headers.ts";
import { refuse } from "./refusal.ts";

const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const XSI = `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`;
const BODY_BYTES = 1024 * 1024;

export const getObjectAcl: BucketOperation = async (call) => {
  const { acl } = await requireObject(call);
  return xmlAnswer(call, "AccessControlPolicy", aclXml(acl));
};

/** Takes a canned ACL, or a policy that is one of those in full. */
export const putObjectAcl: BucketOperation = async (call) => {
  await requireObject(call);
  const canned = call.exchange.headers["x-amz-acl"];
  const acl = canned === undefined ? aclOf(await gather(call.payload.content, BODY_BYTES)) : cannedAcl(canned);
  await call.store.amend(call.key, { acl });
  return emptyAnswer(call, 200);
};

/** What a canned ACL grants, as `<AccessControlPolicy>` holds it. */
export function aclXml(acl: string): string {
  const grants = [`<Grantee ${XSI} xsi:type="CanonicalUser">${OWNER}</Grantee><Permission>FULL_CONTROL</Permission>`];
  const grantGroup = (group: string, permission: string) =>
    grants.push(`<Grantee ${XSI} xsi:type="Group"><URI>${group}</URI></Grantee><Permission>${permission}</Permission>`);
  if (acl === "public-read" || acl === "public-read-write") grantGroup(ALL_USERS, "READ");
  if (acl === "public-read-write") grantGroup(ALL_USERS, "WRITE");
  if (acl === "authenticated-read") grantGroup(AUTHENTICATED, "READ");
  const list = grants.map((grant) => `<Grant>${grant}</Grant>`).join("");
  return `<Owner>${OWNER}</Owner><AccessControlList>${list}</AccessControlList>`;
}

function aclOf(body: Buffer): string {
  const document = readXml(body.toString("utf8"));
  const list = childOf(document, "AccessControlList");
  if (document?.name !== "AccessControlPolicy" || list === undefined) throw refuse("MalformedACLError");
  const granted = new Set(list.children.map(grantOf));
  if (granted.has(`${ALL_USERS} WRITE`)) return "public-read-write";
  if (granted.has(`${ALL_USERS} READ`)) return "public-read";
  return granted.has(`${AUTHENTICATED} READ`) ? "authenticated-read" : "private";
}

function grantOf(grant: XmlElement): string {
  return `${textOf(childOf(grant, "Grantee"), "URI") ?? ""} ${textOf(grant, "Permission") ?? ""}`;
}
