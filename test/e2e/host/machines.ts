import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  /** Both streams as they came. */
  readonly output: string;
}

/** A container that boots systemd, like a machine. */
export interface Machine {
  readonly name: string;
  /** Its address on the network that all machines of the test share. */
  readonly address: string;
  /** Runs a shell line in it. */
  run(line: string): Promise<Ended>;
  /** The same, and throws with the output where it fails; answers what it printed. */
  must(line: string): Promise<string>;
  /** Puts a file of this machine into it. */
  copy(file: string, place: string): Promise<void>;
  /** Writes a file in it. */
  write(place: string, text: string): Promise<void>;
}

/** Machines on a network of their own. */
export interface Machines {
  /** The address of this machine, as the others see it. */
  readonly hostAddress: string;
  /** Boots a bare machine, or one from an image. */
  boot(name: string, from?: string): Promise<Machine>;
  /** Makes an image of a machine as it is now, as packer does; it is removed at the end. */
  imageOf(machine: Machine): Promise<string>;
  close(): Promise<void>;
}

const image = "causeway-test-machine";
const programMs = 600_000;

/** Builds the image if it is not there, and makes the network. */
export async function openMachines(): Promise<Machines> {
  const network = `causeway-host-${process.pid}`;
  await must("docker", ["build", "--quiet", "--tag", image, `${root}/test/e2e/host`]);
  await must("docker", ["network", "create", network]);
  const names: string[] = [];
  const images: string[] = [];
  const hostAddress = await inspected(network, "{{(index .IPAM.Config 0).Gateway}}", "network");
  return {
    hostAddress,
    async boot(name, from = image) {
      const container = `${network}-${name}`;
      names.push(container);
      await must("docker", ["run", "--detach", "--name", container, "--network", network, ...likeAMachine, from]);
      const machine = machineOf(
        container,
        await inspected(container, `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`),
      );
      await untilBooted(machine);
      return machine;
    },
    async imageOf({ name }) {
      await must("docker", ["commit", name, `${name}:test`]);
      images.push(`${name}:test`);
      return `${name}:test`;
    },
    async close() {
      for (const name of names) await ran("docker", ["rm", "--force", name]);
      for (const name of images) await ran("docker", ["rmi", "--force", name]);
      await ran("docker", ["network", "rm", network]);
    },
  };
}

/** What systemd needs of a container, without `--privileged`: control groups to write in, and tmpfs where it mounts. */
const likeAMachine = [
  ...["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE"].flatMap((name) => ["--cap-add", name]),
  ...["apparmor=unconfined", "seccomp=unconfined", "systempaths=unconfined"].flatMap((name) => [
    "--security-opt",
    name,
  ]),
  "--cgroupns=host",
  "--volume=/sys/fs/cgroup:/sys/fs/cgroup:rw",
  "--tmpfs=/run:exec",
  "--tmpfs=/run/lock",
  "--tmpfs=/tmp",
  "--device=/dev/net/tun",
  "--env=container=docker",
];

function machineOf(container: string, address: string): Machine {
  const run = (line: string): Promise<Ended> => ran("docker", ["exec", container, "bash", "-c", line]);
  return {
    name: container,
    address,
    run,
    async must(line) {
      const ended = await run(line);
      if (ended.exitCode !== 0) throw new Error(`${line} ended with ${ended.exitCode}:\n${ended.output}`);
      return ended.stdout;
    },
    copy: async (file, place) => void (await must("docker", ["cp", file, `${container}:${place}`])),
    async write(place, text) {
      const encoded = Buffer.from(text).toString("base64");
      await must("docker", [
        "exec",
        container,
        "bash",
        "-c",
        `mkdir -p "$(dirname ${place})"; base64 -d <<<${encoded} >${place}`,
      ]);
    },
  };
}

async function untilBooted(machine: Machine): Promise<void> {
  for (let tries = 0; tries < 120; tries += 1) {
    const { stdout } = await machine.run("systemctl is-system-running");
    if (/^(running|degraded)/.test(stdout)) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("systemd did not come up within a minute");
}

async function inspected(name: string, format: string, kind = "container"): Promise<string> {
  return (await must("docker", [kind, "inspect", "--format", format, name])).trim();
}

/** Runs a program and throws with what it said where it fails. */
export async function must(program: string, args: readonly string[]): Promise<string> {
  const ended = await ran(program, args);
  if (ended.exitCode !== 0)
    throw new Error(`${program} ${args.join(" ")} ended with ${ended.exitCode}:\n${ended.output}`);
  return ended.stdout;
}

/** Runs a program to its end. */
export function ran(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], timeout: programMs });
    let stdout = "";
    let output = "";
    child.stdout.on("data", (bytes: Buffer) => {
      stdout += bytes.toString();
      output += bytes.toString();
    });
    child.stderr.on("data", (bytes: Buffer) => {
      output += bytes.toString();
    });
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode: exitCode ?? 1, stdout, output }));
  });
}
