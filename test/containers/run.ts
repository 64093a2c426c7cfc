/**
 * Containers, tried with podman as their operator would: the image is built, run by a user without an account, stopped
 * in the middle of a dream and started again, given to another user, and run with Redis and two workers by compose.
 *
 *   npm run containers [-- --built]      with --built the image of the last time is taken
 *
 * It wants podman, docker-compose (it speaks to podman's own service), port 3000 and, where no registry is in reach,
 * mmdebstrap. Where this machine may not raise limits, or crun does not know its cgroups, CONTAINERS_CONF names a file
 * that says `default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]` under [containers], and `runtime = "runc"`
 * under [engine].
 */
import { execFile, spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv, env, stdout } from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import type { WireFrame, WireMessage } from "../../src/bots/web/wire.js";
import { npmRegistry } from "../../src/engine/networks/download/npm.js";
import { CrowdMember } from "../support/crowd.js";
import { freePort } from "../support/free-port.js";
import { newFolder } from "../support/new-folder.js";
import { buildImage, certificate, haveBases, PACKAGING, podman } from "./images.js";

const run = promisify(execFile);
const IMAGE = "dreamloom";
const NAME = `dreamloom-try-${process.pid}`;
const [DATA, MODELS] = [`${NAME}-data`, `${NAME}-models`];
const place = newFolder();
/** As long as anything may take, in milliseconds: the first start fetches 210 MB. */
const LIMIT = 300_000;
const CA = "/run/ca.pem";

/** What the network of this machine asks of a container. */
const network = [
  ...["-e", `npm_config_registry=${await npmRegistry()}`],
  ...(certificate ? ["-v", `${certificate}:${CA}:ro`, "-e", `NODE_EXTRA_CA_CERTS=${CA}`] : []),
];
const port = await freePort();
const strict = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "all", "--security-opt", "no-new-privileges"];
const kept = ["-v", `${DATA}:/data`, "-v", `${MODELS}:/models`];
const as = (user: number): string[] => ["--user", `${user}:0`, "--unsetenv", "HOME", ...strict, ...kept, ...network];

async function step(what: string, work: () => Promise<void>): Promise<void> {
  const start = Date.now();
  await work();
  stdout.write(`✓ ${what} (${((Date.now() - start) / 1000).toFixed(0)} s)\n`);
}

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + LIMIT;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Not within ${LIMIT / 1000} s: ${what}`);
    await delay(200);
  }
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Waits for the health check as podman runs it. */
const healthy = (name: string) =>
  until(`${name} is healthy`, () =>
    podman("healthcheck", "run", name).then(
      () => true,
      () => false,
    ),
  );

async function start(user: number): Promise<void> {
  await podman("run", "--detach", "--name", NAME, "-p", `127.0.0.1:${port}:3000`, ...as(user), IMAGE);
  await healthy(NAME);
}

/** Stops a container as `docker stop` does, and tells how long it took, in seconds. */
async function stop(name: string): Promise<number> {
  const from = Date.now();
  await podman("stop", "--time", "60", name);
  const code = await podman("inspect", "--format", "{{.State.ExitCode}}", name);
  must(code === "0", `${name} ended with ${code}`);
  return (Date.now() - from) / 1000;
}

/** Hears of every message that is posted or changed from now on. */
function listen(member: CrowdMember, seen: WireMessage[]): () => void {
  const since = Date.now();
  const socket = member.listen((frame: WireFrame) => {
    if (frame.kind === "refused") throw new Error("the line was refused");
    if (frame.kind === "message" && frame.message.at >= since) seen.push(frame.message);
  });
  return () => socket.terminate();
}

/** Dreams in the web chat at a port, to the finished picture. */
async function dream(at: number): Promise<void> {
  const member = new CrowdMember(at, "127.0.0.1");
  await until("the web chat takes visitors", () =>
    member.enter().then(
      () => true,
      () => false,
    ),
  );
  const seen: WireMessage[] = [];
  const close = listen(member, seen);
  const { status } = await member.say("/dream picture:none size:128 octaves:2 steps:2");
  must(status === 200, `the line was answered with ${status}`);
  await until("a picture", () => seen.some(({ text, pictures }) => /ready: /.test(text) && pictures.length > 0));
  close();
}

/** Stops the program in the middle of a job, starts it again, and sees the job go on after what was painted. */
async function stopMidway(): Promise<void> {
  const member = new CrowdMember(port, "127.0.0.1");
  await member.enter();
  const before: WireMessage[] = [];
  const close = listen(member, before);
  await member.say("/dream picture:none size:1024 octaves:6 steps:100");
  // It is shown while the second is painted, or after it: the first is kept by then.
  await until("the second octave", () => before.some(({ text }) => text.startsWith("Octave 2 of 6")));
  const seconds = await stop(NAME);
  close();
  must(seconds < 10, `it took ${seconds.toFixed(1)} s to stop`);
  must(!before.some(({ text }) => /ready: /.test(text)), "the job was over before the program was stopped");
  await podman("start", NAME);
  await healthy(NAME);
  // Its log goes to standard error.
  const logged = async () => (await run("podman", ["logs", NAME], { maxBuffer: 1e8 })).stderr;
  await until("the job is taken up again", async () => /"resumed":\["\w+"\]/.test(await logged()));
  await stop(NAME);
}

/** Another user finds the volumes closed, until they are given to it. */
async function otherUser(): Promise<void> {
  await podman("rm", NAME);
  const refused = await run("podman", ["run", "--rm", ...as(23456), IMAGE], { timeout: LIMIT }).then(
    () => "",
    ({ code, stderr }: { code: number; stderr: string }) => `${code} ${stderr}`,
  );
  const said = /^2 .*belongs to user 12345, and Dreamloom runs as user 23456: /s;
  must(said.test(refused), `another user was told: ${refused}`);
  await podman(
    "run",
    "--rm",
    "--user",
    "0",
    "--entrypoint",
    "chown",
    ...kept,
    IMAGE,
    "-R",
    "23456",
    "/data",
    "/models",
  );
  await start(23456);
  await stop(NAME);
}

/** The compose file with Redis and two workers, through podman's own service. */
async function compose(): Promise<void> {
  const socket = `unix://${join(place, "podman.sock")}`;
  const service = spawn("podman", ["system", "service", "--time=0", socket], { stdio: "ignore" });
  const extra = join(place, "network.json");
  const own = {
    environment: { npm_config_registry: await npmRegistry(), ...(certificate && { NODE_EXTRA_CA_CERTS: CA }) },
    volumes: certificate ? [`${certificate}:${CA}:ro`] : [],
  };
  writeFileSync(extra, JSON.stringify({ services: { bot: own, worker: own } }));
  const files = ["-p", NAME, "-f", join(PACKAGING, "compose.yaml"), "-f", extra, "--profile", "cluster"];
  const docker = (...args: readonly string[]) =>
    run("docker-compose", [...files, ...args], {
      env: { ...env, DOCKER_HOST: socket, REDIS_URL: "redis://redis:6379" },
      timeout: LIMIT,
    });
  try {
    await until("podman's service", () =>
      docker("ps")
        .then(() => true)
        .catch(() => false),
    );
    await docker("up", "--detach", "--no-build", "--scale", "worker=2");
    await dream(3000);
    await docker("stop");
    const codes = await podman("ps", "--all", "--filter", `name=${NAME}[-_]`, "--format", "{{.ExitCode}}");
    must(/^0\n0\n0\n0$/.test(codes), `the containers of the cluster ended with ${codes.replaceAll("\n", ", ")}`);
  } finally {
    await docker("down", "--volumes").catch(() => undefined);
    service.kill();
  }
}

try {
  await step("the images to begin from", () => haveBases(place));
  if (!argv.includes("--built")) await step("the image is built", () => buildImage(place, IMAGE));
  await step("it runs read-only, as a user without an account, a home or capabilities, and is healthy", () =>
    start(12345),
  );
  await step("it dreams", () => dream(port));
  await step("SIGTERM ends it within 10 s in the middle of a dream, which goes on at the next start", stopMidway);
  await step("another user is refused its volumes, and takes them after chown", otherUser);
  await step("compose: bot, Redis and two workers dream together and stop", compose);
} finally {
  await podman("rm", "--force", "--ignore", NAME);
  await podman("volume", "rm", "--force", DATA, MODELS);
  rmSync(place, { recursive: true, force: true });
}
