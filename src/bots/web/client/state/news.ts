/** What is new in the threads that one takes part in, the results of one's own jobs among them. */
import { plainText } from "../../../markdown/plain-text.js";
import type { WireMessage, WireNews } from "../../wire.js";
import { sentence } from "../text/sentences.js";
import { alertPerson, alertTitle } from "./alerts.js";
import * as api from "./api.js";
import { isInSight } from "./in-sight.js";
import { hrefOf } from "./route.js";
import { getState, setState } from "./store.js";
import { toast } from "./toasts.js";

const TEXT_LENGTH = 90;

export function setNews(all: readonly WireNews[]): void {
  setState({ news: Object.fromEntries(all.map((each) => [each.thread, each])) });
}

/** Takes in what is new in a thread; tells of it unless it is on the screen already. */
export function applyNews(news: WireNews): void {
  const { [news.thread]: before, ...others } = getState().news;
  const { newest } = news;
  if (!newest || news.unread === 0) setState({ news: others });
  else if (isShown(news, true)) readThread(news, newest.id);
  else {
    setState({ news: { ...others, [news.thread]: news } });
    // The channel's own message shows the result, too.
    const inChannel = newest.author.bot && isShown(news, false);
    const isNew = Number(newest.id) > Number(before?.newest?.id ?? 0);
    if (isNew && inChannel) void isInSight(`m${news.thread}`).then((seen) => !seen && tell(news, newest));
    else if (isNew) tell(news, newest);
    if (inChannel) readThread(news, newest.id);
  }
}

/** Whether one looks at a thread, or at the channel that it is in. */
function isShown({ channel, thread }: WireNews, inside: boolean): boolean {
  const { route } = getState();
  const there = inside ? route.thread === thread : route.channel === channel;
  return there && document.visibilityState === "visible" && document.hasFocus();
}

function tell({ channel, thread, title }: WireNews, { author, text, picture }: NonNullable<WireNews["newest"]>): void {
  const shown = picture && !picture.spoiler ? picture.preview : undefined;
  const heading = alertTitle(author.bot, author.name);
  // A job's thread is called by its title and id.
  const said = (author.bot && title.replace(/ · [A-Z0-9]{8}$/, "")) || shorten(text) || title;
  const href = hrefOf(channel, thread);
  toast(said ? sentence("news.toast", { heading, text: said }) : heading, { href, picture: shown });
  alertPerson({ title: heading, text: said, href, picture: shown });
}

/** Tells of a message in a channel that names this person. */
export function tellOfMention({ author, channel, text }: WireMessage): void {
  const heading = sentence("news.mention", { author: author.name });
  const href = hrefOf(channel);
  toast(sentence("news.toast", { heading, text: shorten(text) }), { href });
  alertPerson({ title: heading, text: shorten(text), href });
}

function shorten(text: string): string {
  const letters = [...plainText(text)];
  return letters.length > TEXT_LENGTH ? `${letters.slice(0, TEXT_LENGTH).join("")}…` : letters.join("");
}

/** Notes that a thread was read up to a message, where something in it was unread. */
export function readThread({ channel, thread }: Pick<WireNews, "channel" | "thread">, message: string): void {
  const { [thread]: read, ...news } = getState().news;
  if (read) setState({ news });
  // A lost mark only means that a message counts as unread once more.
  void api.markRead(channel, message, thread).catch(() => undefined);
}
