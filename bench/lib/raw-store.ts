// A store that answers before it thinks: what a benchmark of the client side measures is then the client alone.
import { createServer } from "node:net";

const SMALL_BYTES = 4096;
const LARGE_BYTES = 64 * 1024 ** 2;
const facts = 'ETag: "9b2cf535f27731c974343645a3985328"\r\nLast-Modified: Tue, 03 Dec 2024 12:12:12 GMT\r\n';
const type = "Content-Type: binary/octet-stream\r\nServer: raw\r\n";

const small = Buffer.concat([
  Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${SMALL_BYTES}\r\n${facts}${type}\r\n`),
  Buffer.alloc(SMALL_BYTES, "x"),
]);
const largeHead = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE_BYTES}\r\n${facts}${type}\r\n`);
const piece = Buffer.alloc(1024 ** 2, "y");
const stored = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: "9B2CF535F27731C974343645A3985328"\r\nx-oss-hash-crc64ecma: 12345678901234567890\r\n\r\n`,
);

function entry(at: number): string {
  const key = `source/folder/${at.toString().padStart(6, "0")}%20object-name.bin`;
  return `<Contents><Key>${key}</Key><LastModified>2024-02-03T04:05:06.789Z</LastModified><ETag>&quot;9b2cf535f27731c974343645a3985328&quot;</ETag><Size>4096</Size><StorageClass>STANDARD</StorageClass></Contents>`;
}

const page = Buffer.from(
  `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>${Array.from({ length: 1000 }, (_, at) => entry(at)).join("")}</ListBucketResult>`,
);
const listing = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${page.length}\r\n\r\n`), page]);

const server = createServer({ noDelay: true }, (socket) => {
  let head = Buffer.alloc(0);
  let bodyBytes = 0;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    let rest = chunk;
    while (rest.length > 0) {
      const skipped = Math.min(bodyBytes, rest.length);
      bodyBytes -= skipped;
      rest = rest.subarray(skipped);
      if (skipped > 0 && bodyBytes === 0) socket.write(stored);
      if (rest.length === 0) return;
      head = Buffer.concat([head, rest]);
      const end = head.indexOf("\r\n\r\n");
      if (end === -1) return;
      const text = head.toString("latin1", 0, end);
      rest = head.subarray(end + 4);
      head = Buffer.alloc(0);
      bodyBytes = Number(/^content-length: (\d+)$/im.exec(text)?.[1] ?? 0);
      if (bodyBytes > 0) continue;
      if (text.includes("list-type=2")) socket.write(listing);
      else if (text.includes("/large")) sendLarge();
      else socket.write(small);
    }
  });
  const sendLarge = () => {
    socket.write(largeHead);
    for (let sentBytes = 0; sentBytes < LARGE_BYTES; sentBytes += piece.length) socket.write(piece);
  };
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
process.on("disconnect", () => process.exit());
