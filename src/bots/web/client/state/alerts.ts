/** Ways to tell people that something is done while they look elsewhere: a sound, and the system's notifications. */
import { sentence } from "../text/sentences.js";
import { type AlertSettings, getState, setState } from "./store.js";

const KEPT = "alerts";
const NOTES_HZ = [659, 988];
const NOTE_S = 0.16;
/** Some browsers never start the service worker; a slow machine takes seconds, and its notification comes then. */
const READY_MS = 60_000;

/** How somebody wants to be told, as this browser remembers it. */
export function readAlerts(): AlertSettings {
  try {
    const { sound = false, desktop = false } = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<AlertSettings>;
    return { sound, desktop: desktop && canNotify() === "granted" };
  } catch {
    return { sound: false, desktop: false };
  }
}

export function changeAlerts(change: Partial<AlertSettings>): void {
  const alerts = { ...getState().alerts, ...change };
  setState({ alerts });
  try {
    localStorage.setItem(KEPT, JSON.stringify(alerts));
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

/** Whether the system's notifications may be shown; "missing" where there are none, as on plain http addresses. */
export function canNotify(): NotificationPermission | "missing" {
  return "Notification" in window && "serviceWorker" in navigator ? Notification.permission : "missing";
}

/** Asks for leave to show notifications, unless it was given. */
export async function allowNotifications(): Promise<NotificationPermission | "missing"> {
  if (canNotify() === "missing") return "missing";
  const permission = await Notification.requestPermission();
  changeAlerts({ desktop: permission === "granted" });
  return permission;
}

/** Starts what shows notifications and lets the page be installed as an app. */
export function startServiceWorker(): void {
  if (!("serviceWorker" in navigator)) return;
  // Without it the page works; only notifications are missing.
  navigator.serviceWorker.register("sw.js").catch(() => undefined);
  navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent<{ readonly goTo?: string }>) => {
    if (data.goTo) window.location.hash = data.goTo;
  });
}

interface Alert {
  readonly title: string;
  readonly text: string;
  readonly href: string;
  readonly picture?: string | undefined;
}

/** Tells of something in the ways that were chosen; shown by the system only while the page is out of sight. */
export function alertPerson(alert: Alert): void {
  const { sound, desktop } = getState().alerts;
  if (sound) chime();
  if (desktop && !document.hasFocus()) void notify(alert);
}

async function notify({ title, text, href, picture }: Alert): Promise<void> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, READY_MS, undefined));
  const worker = await Promise.race([navigator.serviceWorker.ready, late]);
  const image = picture && { image: new URL(picture, document.baseURI).href };
  const options = { body: text, tag: href, icon: "icon-192.png", data: { href }, ...image };
  await worker?.showNotification(title, options).catch(() => undefined);
}

let audio: AudioContext | undefined;

/** Two soft notes. Browsers allow none before the page was clicked once. */
export function chime(): void {
  audio ??= new AudioContext();
  const { currentTime, destination } = audio;
  for (const [index, hz] of NOTES_HZ.entries()) {
    const start = currentTime + index * NOTE_S;
    const note = new OscillatorNode(audio, { type: "sine", frequency: hz });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.14, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0005, start + 4 * NOTE_S);
    note.connect(volume).connect(destination);
    note.start(start);
    note.stop(start + 4 * NOTE_S);
  }
}

const ICON_PX = 64;

/** Puts the number of what is unread on the installed app's icon, and a dot on the tab's. */
export async function showBadge(count: number): Promise<void> {
  const badge = count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.();
  await badge?.catch(() => undefined);
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) return;
  const plain = "favicon.svg";
  if (count === 0) {
    link.href = plain;
    return;
  }
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = ICON_PX;
  const icon = new Image(ICON_PX, ICON_PX);
  icon.src = plain;
  await icon.decode().catch(() => undefined);
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.drawImage(icon, 0, 0, ICON_PX, ICON_PX);
  pen.fillStyle = "#d8435c";
  pen.strokeStyle = "#fff";
  pen.lineWidth = 4;
  pen.beginPath();
  pen.arc(ICON_PX - 16, 16, 14, 0, 2 * Math.PI);
  pen.fill();
  pen.stroke();
  link.href = canvas.toDataURL();
}

/** What a person is told in a notification's title. */
export const alertTitle = (byBot: boolean, author: string): string =>
  byBot ? sentence("news.done") : sentence("news.from", { author });
