/** The pages of the gallery that is for everybody: plain HTML, without scripts but the one that chooses the colours. */

import type { PublicChoices } from "../../domain/model.js";
import type { PublicPage, PublicWork } from "../../port/gallery.js";
import { sentence } from "../../shared/sentences/sentence.js";
import { SIDES } from "./gallery.js";

interface Looks {
  readonly listed: boolean;
  readonly stylesheet?: string;
  address(): string;
}

/** What a page says of itself to those who link to it. */
interface Card {
  readonly title: string;
  readonly about: string;
  /** Below the chat's own address. */
  readonly path: string;
  readonly picture?: PublicWork;
}

const [SMALL, LARGE] = SIDES;
const site = sentence("web.public.site");

/** HTML that needs no escaping any more. */
class Html {
  constructor(readonly text: string) {}
}

type Value = string | number | Html | readonly Html[] | undefined;

/** Markup with values in it, which are escaped. */
function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.map((part, index) => part + written(values[index])).join(""));
}

function written(value: Value): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(({ text }) => text).join("\n");
  return String(value).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** What a page of works was asked for with, as in its address. */
interface Query {
  readonly words?: string | undefined;
  readonly style?: string | undefined;
  readonly look?: string | undefined;
  readonly person?: string | undefined;
  readonly after?: string | undefined;
}

/** A page of works, newest first, and what they can be chosen by. */
export function galleryPage(
  { works, next }: PublicPage,
  { query, choices }: { readonly query: Query; readonly choices: PublicChoices },
  looks: Looks,
): string {
  const { after, ...filters } = query;
  const filtered = Object.values(filters).some(Boolean);
  const title = sentence("web.public.title");
  const about = sentence("web.public.about");
  const [picture] = works;
  const wall =
    works.length === 0
      ? html`<p class="public-none">${sentence(filtered ? "web.public.none" : "web.public.empty")}</p>`
      : html`<ul class="public-wall">${works.map(tile)}<li class="public-rest" aria-hidden="true"></li></ul>`;
  const body = html`<h1>${title}</h1>
<p class="public-about">${about}</p>
${works.length > 0 || filtered ? filterForm(filters, choices) : undefined}
${wall}
<nav class="public-pages">${after ? link(addressOf(filters), sentence("web.public.newest")) : undefined}
${next === undefined ? undefined : link(addressOf({ ...filters, after: next }), sentence("web.public.more"))}
${filtered ? link("./", sentence("web.public.everything")) : undefined}</nav>`;
  return page({ title, about, path: "works/", ...(picture && { picture }) }, body, looks);
}

function addressOf(query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) given.set(name, value);
  return given.size === 0 ? "./" : `./?${given}`;
}

/** A form that works without scripts. */
function filterForm({ words = "", ...chosen }: Query, { styles, looks: known, people }: PublicChoices): Html {
  const find = sentence("web.public.find");
  return html`<form class="public-filters" role="search" action="./" method="get">
<input type="search" name="words" aria-label="${find}" placeholder="${find}" maxlength="100" value="${words}">
${choice("style", styles, chosen.style)}
${choice("look", known, chosen.look)}
${choice("person", people, chosen.person)}
<button>${sentence("web.public.show")}</button>
</form>`;
}

/** A list of names; nothing where there is none to choose. */
function choice(name: "style" | "look" | "person", known: readonly string[], chosen = ""): Html | undefined {
  const names = chosen === "" || known.includes(chosen) ? known : [chosen, ...known];
  if (names.length === 0) return undefined;
  const options = names.map(
    (each) => html`<option value="${each}"${each === chosen ? html` selected` : undefined}>${each}</option>`,
  );
  return html`<select name="${name}" aria-label="${sentence(`web.public.${name}`)}">
<option value="">${sentence(`web.public.every.${name}`)}</option>
${options}
</select>`;
}

/** One work, with the link of its own and what shows it where that is posted. */
export function workPage(work: PublicWork, looks: Looks): string {
  const { job, title, author, at, credits, film, video, width, height } = work;
  const about = [sentence("web.public.by", { author }), credits].filter(Boolean).join(" · ");
  const day = new Date(at).toISOString().slice(0, 10);
  const body = html`<figure class="public-work">
${
  video
    ? html`<video src="${job}/full" poster="${job}/${LARGE}.jpg" aria-label="${labelOf(work)}" controls loop
 playsinline preload="none"${sized(width, height)}></video>`
    : html`<img src="${job}/${film ? "full" : `${LARGE}.jpg`}" alt="${labelOf(work)}"${sized(width, height)}>`
}
<figcaption><h1>${title}</h1>
<p>${sentence("web.public.by", { author })} · <time datetime="${day}">${longDay(at)}</time></p>
${credits === "" ? undefined : html`<p>${credits}</p>`}
</figcaption></figure>
<nav class="public-pages">${link("./", sentence("web.public.all"))}</nav>`;
  return page({ title, about, path: `works/${job}`, picture: work }, body, looks);
}

/** In place of a work, or a page of works, that is not there. */
export function gonePage(what: "work" | "page", looks: Looks): string {
  const title = sentence(what === "work" ? "web.public.gone" : "web.public.page-gone");
  const body = html`<h1 class="public-none">${title}</h1>
<nav class="public-pages">${link("./", sentence("web.public.all"))}</nav>`;
  return page({ title, about: "", path: "works/" }, body, looks);
}

function tile(work: PublicWork): Html {
  const { job, title, author, film, width, height } = work;
  const mark = film ? html`<span class="public-film">${sentence("web.public.film")}</span>` : undefined;
  return html`<li><a href="${job}"><img src="${job}/${SMALL}.jpg" srcset="${job}/${LARGE}.jpg 2x" alt=""
 loading="lazy"${sized(width, height)}>${mark}<strong>${title}</strong>
<span>${sentence("web.public.by", { author })}</span></a></li>`;
}

function link(to: string, words: string): Html {
  return html`<a href="${to}">${words}</a>`;
}

/** Keeps a picture's place before it has come. */
function sized(width: number, height: number): Html | undefined {
  return width > 0 && height > 0 ? html` width="${width}" height="${height}"` : undefined;
}

function labelOf({ title, author }: PublicWork): string {
  return sentence("web.public.of", { title, author });
}

function longDay(at: number): string {
  return new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

function page(card: Card, body: Html, looks: Looks): string {
  const { title, about } = card;
  // A page that has not been built has no looks.
  const { stylesheet } = looks;
  const styles =
    stylesheet === undefined
      ? undefined
      : html`<link rel="icon" href="../favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="../${stylesheet}">
<link rel="stylesheet" href="../works.css">
<script src="../theme.js"></script>`;
  return html`<!doctype html>
<html lang="en" class="public">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${site}</title>
<meta name="description" content="${about}">
${looks.listed ? undefined : html`<meta name="robots" content="noindex">`}
${cardTags(card, looks)}
${styles}
</head>
<body>
<header class="public-head">${link("./", site)}${link("../", sentence("web.public.enter"))}</header>
<main>
${body}
</main>
</body>
</html>
`.text;
}

/** The Open Graph protocol's, and the one of Twitter's that asks for a large picture. */
function cardTags({ title, about, path, picture }: Card, looks: Looks): Html {
  const address = `${looks.address()}/`;
  const tags = { "og:type": "website", "og:site_name": site, "og:title": title, "og:description": about };
  const shown = picture && {
    "og:image": `${address}works/${picture.job}/${LARGE}.jpg`,
    "og:image:alt": labelOf(picture),
    "twitter:card": "summary_large_image",
  };
  const all: Readonly<Record<string, string>> = { ...tags, "og:url": address + path, ...shown };
  const lines = Object.entries(all).map(([name, content]) =>
    name.startsWith("og:")
      ? html`<meta property="${name}" content="${content}">`
      : html`<meta name="${name}" content="${content}">`,
  );
  return html`<link rel="canonical" href="${address}${path}">
${lines}`;
}
