import type { ComponentChildren } from "preact";
import type { WireAdmin } from "../../../wire.js";
import { bytes, duration } from "../../text/amounts.js";

/** The machine and the parts of the program, at a glance. */
export function Facts({ admin, elapsed }: { admin: WireAdmin; elapsed: number }) {
  const { engine, memory, disk, chats } = admin;
  return (
    <div class="facts">
      {engine && (
        <Fact name="Engine" value={engine.runtime || engine.state} lamp={lampOf(engine.state)}>
          {engine.state}
          {engine.memoryBytes !== undefined && `, ${bytes(engine.memoryBytes)}`}
          {engine.crashes > 0 && `, ${engine.crashes} ${engine.crashes === 1 ? "crash" : "crashes"}`}
          {engine.devices?.map(({ name, state, running, slots }) => (
            <span key={name} class="device">
              <span class="lamp" data-lamp={lampOf(state)} aria-hidden="true" />
              {name}: {lampOf(state) === "bad" ? state : `${running} of ${slots} busy`}
            </span>
          ))}
        </Fact>
      )}
      <Fact name="Memory free" value={bytes(memory.freeBytes)}>
        of {bytes(memory.totalBytes)}; the bots take {bytes(memory.botsBytes)}
      </Fact>
      <Fact name="Disk free" value={bytes(disk.freeBytes)} lamp={disk.low ? "bad" : undefined}>
        {disk.low ? "too little: free some" : "for pictures and jobs"}
      </Fact>
      <Fact name="Up for" value={duration((admin.at - admin.startedAt) / 1000 + elapsed)}>
        Dreamloom {admin.version}, Node {admin.node.replace(/^v/, "")}
      </Fact>
      <div class="fact">
        <h3>Chats</h3>
        <ul>
          {chats.map(({ platform, connected, detail }) => (
            <li key={platform}>
              <span class="lamp" data-lamp={connected ? "good" : "bad"} aria-hidden="true" />
              {platform}
              <small>{detail ?? (connected ? "connected" : "not connected")}</small>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

type Lamp = "good" | "calm" | "bad";

function lampOf(state: string): Lamp {
  if (state === "ready") return "good";
  return state === "silent" || state === "failing" ? "bad" : "calm";
}

function Fact({
  name,
  value,
  lamp,
  children,
}: {
  name: string;
  value: string;
  lamp?: Lamp | undefined;
  children: ComponentChildren;
}) {
  return (
    <div class="fact">
      <h3>{name}</h3>
      <strong>
        {lamp && <span class="lamp" data-lamp={lamp} aria-hidden="true" />}
        {value}
      </strong>
      <small>{children}</small>
    </div>
  );
}

/** The machines that take jobs, where there are several. */
export function Workers({ admin, elapsed }: { admin: WireAdmin; elapsed: number }) {
  if (admin.workers.length === 0) return null;
  return (
    <section class="sheet-section" aria-label="Workers">
      <h2>
        Workers <span>{admin.workers.length}</span>
      </h2>
      <ul class="workers">
        {admin.workers.map((worker) => (
          <li key={worker.name}>
            <span class="lamp" data-lamp={worker.problem === undefined ? "good" : "bad"} aria-hidden="true" />
            <strong>{worker.name}</strong>
            <span>
              {worker.running} of {worker.slots} busy · {worker.runtime} · {worker.version}
            </span>
            <small>{worker.problem ?? `seen ${duration((admin.at - worker.seenAt) / 1000 + elapsed)} ago`}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
