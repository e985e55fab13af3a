import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GenericContainer, Wait } from "testcontainers";

export interface Gateway {
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  stop(): Promise<void>;
}

/**
 * Builds and starts a real Ceph RADOS Gateway in a container. The first build takes about half a minute. The tests stop
 * their containers themselves, so testcontainers' own cleaner is not needed (nor its image, where no registry is at hand).
 */
export async function startGateway(): Promise<Gateway> {
  process.env["TESTCONTAINERS_RYUK_DISABLED"] ??= "true";
  const accessKeyId = "CAUSEWAYTESTKEY";
  const secretAccessKey = "causeway/test+secret";
  const image = await GenericContainer.fromDockerfile(join(dirname(fileURLToPath(import.meta.url)), "rgw")).build(
    "causeway-test-rgw",
    { deleteOnExit: false },
  );
  const container = await image
    .withEnvironment({ ACCESS_KEY: accessKeyId, SECRET_KEY: secretAccessKey })
    .withExposedPorts(9200)
    .withWaitStrategy(Wait.forLogMessage("gateway ready"))
    .withStartupTimeout(120_000)
    .start();
  return {
    url: `http://${container.getHost()}:${container.getMappedPort(9200)}`,
    accessKeyId,
    secretAccessKey,
    stop: async () => {
      await container.stop();
    },
  };
}
