import type { ComponentChildren } from "preact";
import type { WireAdmin } from "../../../wire.js";
import { bytes, duration } from "../../text/amounts.js";
import { sentence } from "../../text/sentences.js";

interface Props {
  readonly admin: WireAdmin;
  readonly elapsed: number;
}

/** A list on the admin page, under a heading that counts it. */
export function Section({ title, count, children }: { title: string; count: number; children: ComponentChildren }) {
  return (
    <section class="sheet-section" aria-label={title}>
      <h2>
        {title} <span>{count}</span>
      </h2>
      {children}
    </section>
  );
}

/** The machine and the parts of the program, at a glance. */
export function Facts({ admin, elapsed }: Props) {
  const { engine, memory, disk, chats } = admin;
  const memoryFacts = { total: bytes(memory.totalBytes), bots: bytes(memory.botsBytes) };
  const versions = { version: admin.version, node: admin.node.replace(/^v/, "") };
  return (
    <div class="facts">
      {engine && <Engine engine={engine} />}
      <Fact name={sentence("admin.memory")} value={bytes(memory.freeBytes)}>
        {sentence("admin.memory.facts", memoryFacts)}
      </Fact>
      <Fact name={sentence("admin.disk")} value={bytes(disk.freeBytes)} lamp={disk.low ? "bad" : undefined}>
        {sentence(disk.low ? "admin.disk.low" : "admin.disk.facts")}
      </Fact>
      <Fact name={sentence("admin.uptime")} value={duration((admin.at - admin.startedAt) / 1000 + elapsed)}>
        {sentence("admin.versions", versions)}
      </Fact>
      <div class="fact">
        <h3>{sentence("admin.chats")}</h3>
        <ul>
          {chats.map(({ platform, connected, detail }) => (
            <li key={platform}>
              <Lamp look={connected ? "good" : "bad"} />
              {platform}
              <small>{detail ?? sentence(connected ? "admin.chat.connected" : "admin.chat.not-connected")}</small>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Engine({ engine }: { engine: NonNullable<WireAdmin["engine"]> }) {
  const { state, runtime, memoryBytes, crashes, devices = [] } = engine;
  const memory = memoryBytes === undefined ? "" : `, ${bytes(memoryBytes)}`;
  return (
    <Fact name={sentence("admin.engine")} value={runtime || state} lamp={lampOf(state)}>
      {state}
      {memory}
      {crashes > 0 && `, ${sentence("admin.engine.crashes", { count: crashes })}`}
      {devices.map((device) => {
        const look = lampOf(device.state);
        const told = look === "bad" ? device.state : sentence("admin.busy-slots", device);
        return (
          <span key={device.name} class="device">
            <Lamp look={look} />
            {device.name}: {told}
          </span>
        );
      })}
    </Fact>
  );
}

type LampLook = "good" | "calm" | "bad";

function lampOf(state: string): LampLook {
  if (state === "ready") return "good";
  return state === "silent" || state === "failing" ? "bad" : "calm";
}

function Lamp({ look }: { look: LampLook }) {
  return <span class="lamp" data-lamp={look} aria-hidden="true" />;
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly lamp?: LampLook | undefined;
  readonly children: ComponentChildren;
}

function Fact({ name, value, lamp, children }: FactProps) {
  return (
    <div class="fact">
      <h3>{name}</h3>
      <strong>
        {lamp && <Lamp look={lamp} />}
        {value}
      </strong>
      <small>{children}</small>
    </div>
  );
}

/** The machines that take jobs, where there are several. */
export function Workers({ admin, elapsed }: Props) {
  if (admin.workers.length === 0) return null;
  const seen = (at: number) => sentence("admin.worker.seen", { duration: duration((admin.at - at) / 1000 + elapsed) });
  return (
    <Section title={sentence("admin.workers")} count={admin.workers.length}>
      <ul class="workers">
        {admin.workers.map((worker) => (
          <li key={worker.name}>
            <Lamp look={worker.problem === undefined ? "good" : "bad"} />
            <strong>{worker.name}</strong>
            <span>
              {sentence("admin.busy-slots", worker)} · {worker.runtime} · {worker.version}
            </span>
            <small>{worker.problem ?? seen(worker.seenAt)}</small>
          </li>
        ))}
      </ul>
    </Section>
  );
}
