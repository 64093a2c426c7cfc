/** What a page of the web chat makes of answers that come late. */
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import type { WireMessage, WirePage } from "../../../src/bots/web/wire.js";

/** Of the page's own modules, which are not typed here: they know browsers only. */
interface ChatPage {
  loadTimeline(ref: { readonly channel: string }): Promise<void>;
  loadNewest(ref: { readonly channel: string }): Promise<void>;
  loadNewer(ref: { readonly channel: string }): Promise<void>;
  loadOlder(ref: { readonly channel: string }): Promise<void>;
  applyMessage(message: WireMessage): void;
  setState(change: object): void;
  getState(): {
    readonly timelines: Readonly<
      Record<string, WirePage & { readonly status: string; readonly aside?: readonly WireMessage[] }>
    >;
  };
}

const CLIENT = "../../../src/bots/web/client/state";
const art = { channel: "art" };
/** Requests under way, the oldest first. */
const requests: { readonly url: string; readonly respond: (response: Response) => void }[] = [];
let page: ChatPage;

beforeAll(async () => {
  const window = { location: { hash: "", href: "http://chat/" }, setTimeout, addEventListener: () => undefined };
  vi.stubGlobal("window", window);
  vi.stubGlobal("document", { visibilityState: "visible", hasFocus: () => true, querySelector: () => null });
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
  vi.stubGlobal("fetch", (url: string) => new Promise<Response>((respond) => requests.push({ url, respond })));
  const modules = ["actions", "messages", "store"].map((name) => import(`${CLIENT}/${name}.ts`));
  page = Object.assign({}, ...(await Promise.all(modules))) as ChatPage;
});

afterAll(() => void vi.unstubAllGlobals());

beforeEach(() => {
  requests.length = 0;
  page.setState({ timelines: {}, route: { channel: "art" } });
});

const message = (id: number, rev = id): WireMessage => ({
  id: String(id),
  rev,
  channel: "art",
  author: { id: "ann", name: "Ann", bot: false },
  at: id,
  text: `${rev}`,
  pictures: [],
  buttons: [],
  reactions: [],
  mentions: [],
  private: false,
});

const run = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => message(first + n));

/** Answers the oldest request whose address ends so. */
function answer(end: string, messages: readonly WireMessage[], more: Partial<WirePage> = {}): void {
  respond(end, Response.json({ messages, hasOlder: true, hasNewer: false, ...more }));
}

function respond(end: string, response: Response): void {
  const index = requests.findIndex(({ url }) => url.endsWith(end));
  const [request] = requests.splice(index, 1);
  if (index < 0 || !request) throw new Error(`nothing was asked for with ${end}`);
  request.respond(response);
}

const broken = () => new Response("", { status: 500 });
const NEWEST = "messages?";

const timeline = () => page.getState().timelines.art ?? { messages: [], hasOlder: false, hasNewer: false, status: "" };
const shown = () => timeline().messages.map(({ id }) => Number(id));
const ids = (first: number, last: number) => run(first, last).map(({ id }) => Number(id));

/** The stretch of messages 100 to 140, around 120. */
async function openOlderStretch(): Promise<void> {
  page.setState({ route: { channel: "art", at: "120" } });
  const loaded = page.loadTimeline(art);
  answer("around=120", run(100, 140), { hasNewer: true });
  await loaded;
  page.setState({ route: { channel: "art" } });
  expect(shown()).toEqual(ids(100, 140));
}

it.each(["before", "after"])("what was asked for before the newest is no part of it: it comes %s it", async (when) => {
  await openOlderStretch();
  const [newer, newest] = [page.loadNewer(art), page.loadNewest(art)];
  const steps = [
    { taken: newer, give: () => answer("after=140", run(141, 180), { hasNewer: true }) },
    { taken: newest, give: () => answer(NEWEST, run(900, 940)) },
  ];
  for (const { taken, give } of when === "before" ? steps : steps.toReversed()) {
    give();
    await taken;
  }
  expect(shown()).toEqual(ids(900, 940));
  expect(timeline()).toMatchObject({ hasOlder: true, hasNewer: false, status: "ready" });
  const older = page.loadOlder(art);
  answer("before=900", run(860, 899));
  await older;
  expect(shown()).toEqual(ids(860, 940));
});

it("of two fresh loads the later counts, whichever is answered first", async () => {
  const newest = page.loadNewest(art);
  page.setState({ route: { channel: "art", at: "120" } });
  const around = page.loadTimeline(art);
  answer("around=120", run(100, 140), { hasNewer: true });
  await around;
  answer(NEWEST, run(900, 940));
  await newest;
  expect(shown()).toEqual(ids(100, 140));
});

it("that an earlier fresh load fails takes nothing away", async () => {
  const [earlier, later] = [page.loadNewest(art), page.loadNewest(art)];
  const [first] = requests.splice(0, 1);
  answer(NEWEST, run(900, 940));
  await later;
  first?.respond(broken());
  await earlier;
  expect(timeline().status).toBe("ready");
  expect(shown()).toEqual(ids(900, 940));
});

it("what was asked for before all was dropped comes to nothing", async () => {
  await openOlderStretch();
  const older = page.loadOlder(art);
  page.setState({ timelines: {} });
  answer("before=100", run(60, 99));
  await older;
  expect(page.getState().timelines).toEqual({});
  const newest = page.loadNewest(art);
  page.setState({ timelines: {} });
  answer(NEWEST, run(900, 940));
  await newest;
  expect(page.getState().timelines).toEqual({});
});

it("what comes while the last page is on its way is shown with it, and changes of its messages", async () => {
  await openOlderStretch();
  const newer = page.loadNewer(art);
  page.applyMessage(message(151));
  page.applyMessage(message(150, 200));
  page.applyMessage(message(99, 201));
  expect(shown()).toEqual(ids(100, 140));
  answer("after=140", run(141, 150));
  await newer;
  expect(shown()).toEqual(ids(100, 151));
  expect(timeline().messages.find(({ id }) => id === "150")?.rev).toBe(200);
  page.applyMessage(message(152));
  expect(shown()).toEqual(ids(100, 152));
});

it("one page is asked for at a time, and again after a failure", async () => {
  await openOlderStretch();
  const pages = [page.loadOlder(art), page.loadOlder(art), page.loadNewer(art)];
  expect(requests).toHaveLength(1);
  respond("before=100", broken());
  await Promise.all(pages);
  const older = page.loadOlder(art);
  answer("before=100", run(60, 99));
  await older;
  expect(shown()).toEqual(ids(60, 140));
});
