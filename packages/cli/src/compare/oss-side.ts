import { createOssClient, textOf } from "./oss-request.ts";
import {
  type ComparedCredentials,
  comparedHeaders,
  type ListedObject,
  type ObjectFacts,
  type Place,
  type StoreSide,
} from "./sides.ts";

const pageSize = "1000";

/** The target, read through a small client of the comparer's own. */
export function createOssSide(place: Place, credentials: ComparedCredentials): StoreSide {
  const client = createOssClient(place, credentials);
  async function* list(signal: AbortSignal): AsyncGenerator<ListedObject> {
    let marker: string | undefined = "";
    while (marker !== undefined) {
      const query = { "encoding-type": "url", marker, "max-keys": pageSize, prefix: place.prefix };
      const page = await textOf(await client.send({ method: "GET", key: "", query, signal }));
      yield* objectsOf(page);
      marker = /<IsTruncated>true<\/IsTruncated>/.test(page) ? decoded(field(page, "NextMarker")) : undefined;
    }
  }
  return {
    list,
    read: (key, signal) => client.send({ method: "GET", key, query: {}, signal }),
    async facts(key, signal) {
      const answer = await client.send({ method: "HEAD", key, query: {}, signal });
      answer.resume();
      return factsOf(answer.headers);
    },
    close: () => client.close(),
  };
}

function* objectsOf(page: string): Generator<ListedObject> {
  for (const [, contents = ""] of page.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
    yield { key: decoded(field(contents, "Key")), sizeBytes: Number(field(contents, "Size")) };
  }
}

function factsOf(headers: Readonly<Record<string, string | string[] | undefined>>): ObjectFacts {
  const text = (name: string) => [headers[name] ?? []].flat().join(", ");
  const start = "x-oss-meta-";
  const metadata = Object.keys(headers).filter((name) => name.startsWith(start));
  return {
    headers: Object.fromEntries(
      comparedHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, text(name)]])),
    ),
    userMetadata: Object.fromEntries(metadata.map((name) => [name.slice(start.length), text(name)])),
  };
}

function field(xml: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
}

/** Keys are asked for percent-encoded, so the XML itself holds nothing that would need unescaping. */
function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll("+", "%20"));
}
