/** When a page of the web chat comes back by itself, and when it says that it is shut out. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { CLOSED } from "../../../src/bots/web/wire.js";

/** Of the page's own modules, which are not typed here: they know browsers only. */
interface ChatPage {
  connect(): void;
  setState(change: object): void;
  getState(): { readonly fatal?: string; readonly connection: string };
}

class FakeSocket {
  static readonly OPEN = 1;
  static readonly all: FakeSocket[] = [];
  readonly readyState = FakeSocket.OPEN;
  onopen?: () => void;
  onmessage?: (event: { readonly data: string }) => void;
  onclose?: (event: { readonly code: number; readonly reason: string }) => void;
  constructor() {
    FakeSocket.all.push(this);
  }
  /** Is let in up to the point that a test says, and closed. */
  end(code: number, { synced = false } = {}): void {
    this.onopen?.();
    if (synced) this.onmessage?.({ data: JSON.stringify({ kind: "synced", rev: 1 }) });
    this.onclose?.({ code, reason: "The chat is full." });
  }
}

const CLIENT = "../../../src/bots/web/client/state";
let page: ChatPage;

beforeAll(async () => {
  vi.useFakeTimers();
  const location = { hash: "", href: "http://chat/" };
  vi.stubGlobal("window", { location, setTimeout, clearTimeout, addEventListener: () => undefined });
  vi.stubGlobal("WebSocket", FakeSocket);
  const modules = ["live", "store"].map((name) => import(`${CLIENT}/${name}.ts`));
  page = Object.assign({}, ...(await Promise.all(modules))) as ChatPage;
});

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function connect(): FakeSocket {
  page.setState({ fatal: undefined, connection: "connecting" });
  page.connect();
  return FakeSocket.all.at(-1) ?? expect.fail();
}

it("is told that the chat is full when it is opened, but comes back by itself when it was in", async () => {
  connect().end(CLOSED.full);
  expect(page.getState().fatal).toBe("The chat is full.");
  connect().end(1006, { synced: true });
  await vi.advanceTimersToNextTimerAsync();
  const again = FakeSocket.all.length;
  FakeSocket.all.at(-1)?.end(CLOSED.full);
  expect(page.getState()).toMatchObject({ fatal: undefined, connection: "lost" });
  await vi.advanceTimersToNextTimerAsync();
  expect(FakeSocket.all).toHaveLength(again + 1);
  FakeSocket.all.at(-1)?.end(CLOSED.forGood);
  expect(page.getState().fatal).toBe("The chat is full.");
  expect(vi.getTimerCount()).toBe(0);
});
