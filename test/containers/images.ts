/** The images that the containers are tried with: pulled where a registry is in reach, else made of Debian and npm. */
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { env, arch as here, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pacote from "pacote";
import { npmConnection, npmRegistry } from "../../src/engine/networks/download/npm.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const MINUTES = 60_000;

/** What is in `packaging/container`. */
export const PACKAGING = join(root, "packaging", "container");
/** The network's own certificate, where it has one. */
export const certificate = env.NODE_EXTRA_CA_CERTS;

export async function podman(...args: readonly string[]): Promise<string> {
  const { stdout: said } = await run("podman", args, { timeout: 15 * MINUTES, maxBuffer: 1e8 });
  return said.trim();
}

/** The image of a name that the files in `packaging/container` use, such as "redis". */
function named(name: string, file: string): string {
  const found = new RegExp(`docker\\.io/library/${name}:[\\w.-]+`).exec(readFileSync(join(PACKAGING, file), "utf8"));
  if (!found) throw new Error(`${file} names no image of ${name}`);
  return found[0];
}

/** Sees to it that an image is there. */
async function have(image: string, make: () => Promise<void>): Promise<void> {
  const there = await podman("image", "exists", image).then(
    () => true,
    () => false,
  );
  if (there) return;
  // With no registry in reach it would try for minutes.
  const pulled = await run("podman", ["pull", "--quiet", image], { timeout: MINUTES }).then(
    () => true,
    () => false,
  );
  if (!pulled) await make();
  stdout.write(`${image}: ${pulled ? "pulled" : "cannot be pulled, made here"}\n`);
}

/** Builds an image from a Containerfile's lines in a folder. */
async function build(image: string, folder: string, lines: readonly string[]): Promise<void> {
  writeFileSync(join(folder, "Containerfile"), `${lines.join("\n")}\n`);
  await podman("build", "--quiet", "--format", "docker", "--tag", image, folder);
}

/** The images that the Containerfile and the compose file begin from. */
export async function haveBases(place: string): Promise<void> {
  const debian = named("debian", "Containerfile");
  const node = named("node", "Containerfile");
  await have(debian, async () => {
    const tar = join(place, "debian.tar");
    await run("mmdebstrap", ["--variant=minbase", "bookworm", tar], { timeout: 10 * MINUTES });
    await podman("import", "--quiet", tar, debian);
  });
  await have(node, async () => {
    const folder = join(place, "node");
    mkdirSync(folder);
    const options = { ...(await npmConnection()), registry: await npmRegistry() };
    const major = /node:(\d+)/.exec(node)?.[1] ?? "";
    await pacote.extract(`node-linux-${here}@${major}`, join(folder, "node"), options);
    await pacote.extract("npm@11", join(folder, "npm"), options);
    await build(node, folder, [
      `FROM ${debian}`,
      "COPY --chmod=755 node/bin/node /usr/local/bin/node",
      "COPY npm /usr/local/lib/node_modules/npm",
      "RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && chmod +x /usr/local/bin/npm",
    ]);
  });
  await have(named("redis", "compose.yaml"), async () => {
    const folder = join(place, "redis");
    mkdirSync(folder);
    const install = "apt-get update && apt-get install -y --no-install-recommends redis-server";
    await build(named("redis", "compose.yaml"), folder, [
      `FROM ${debian}`,
      `RUN ${install} && install -d -o redis /data`,
      "USER redis",
      "WORKDIR /data",
      // Redis' own image lets other containers in, too.
      `ENTRYPOINT ["/bin/sh", "-c", "exec \\"$@\\" --protected-mode no", "--"]`,
    ]);
  });
}

/** Packs the package and builds Dreamloom's image from it, as docs/operating.md tells. */
export async function buildImage(place: string, image: string): Promise<void> {
  const folder = join(place, "build");
  mkdirSync(folder);
  copyFileSync(join(PACKAGING, "Containerfile"), join(folder, "Containerfile"));
  const { stdout: packed } = await run(
    "npm",
    ["run", "-s", "package", "--", "--silent", "--pack-destination", folder],
    {
      cwd: root,
    },
  );
  copyFileSync(join(folder, packed.trim().split("\n").at(-1) ?? ""), join(folder, "dreamloom.tgz"));
  writeFileSync(join(place, "npmrc"), `registry=${await npmRegistry()}\n`);
  const secrets = [`id=npmrc,src=${join(place, "npmrc")}`];
  if (certificate && existsSync(certificate)) secrets.push(`id=ca,src=${certificate}`);
  const given = secrets.flatMap((secret) => ["--secret", secret]);
  await podman("build", "--format", "docker", ...given, "--tag", image, folder);
}
