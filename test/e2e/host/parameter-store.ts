import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers GetParameter as AWS' parameter store does, to whoever signs. */
export interface ParameterStore {
  readonly port: number;
  /** The names that were asked for, in order. */
  readonly asked: readonly string[];
  close(): void;
}

/** `parameters`: SecureStrings by name. */
export async function serveParameters(parameters: Readonly<Record<string, string>>): Promise<ParameterStore> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (bytes: Buffer) => (text += bytes.toString()));
    request.on("end", () => {
      const { Name: name = "", WithDecryption: decrypted }: { Name?: string; WithDecryption?: boolean } =
        JSON.parse(text);
      asked.push(name);
      const isSigned = request.headers.authorization?.startsWith("AWS4-HMAC-SHA256") === true;
      const isGet = request.headers["x-amz-target"] === "AmazonSSM.GetParameter";
      const value = isSigned && isGet && decrypted === true ? parameters[name] : undefined;
      const body =
        value === undefined
          ? { __type: "ParameterNotFound", message: "" }
          : { Parameter: { Name: name, Type: "SecureString", Value: value, Version: 1 } };
      response.writeHead(value === undefined ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return { port, asked, close: () => void server.close() };
}
