/** A message as people see it. */
import type { MessageRef } from "../../../src/domain/model.js";
import { readFile } from "./download.js";
import { attachmentJson, emojiJson } from "./serialise.js";
import type { FakeDiscord } from "./server.js";
import type { FakeMessage } from "./world.js";

export interface SeenPicture {
  readonly name: string;
  readonly description: string | undefined;
  readonly url: string;
  /** Blurred until somebody clicks on it. */
  readonly spoiler: boolean;
  /** Its bytes, from the CDN. */
  download(): Promise<Buffer>;
}

export interface SeenButton {
  readonly id: string;
  readonly label: string;
}

export interface SeenMessage {
  readonly ref: MessageRef;
  /** A person's name; "Dreamloom" for the bot. */
  readonly author: string;
  readonly byBot: boolean;
  readonly text: string;
  readonly pictures: readonly SeenPicture[];
  readonly buttons: readonly SeenButton[];
  /** Names of those who gave it, by emoji. */
  readonly reactions: ReadonlyMap<string, readonly string[]>;
  /** Ids of people whom it notified. */
  readonly notified: readonly string[];
  /** Only this person sees it. */
  readonly privateTo: string | undefined;
}

export function seen(fake: FakeDiscord, message: FakeMessage): SeenMessage {
  const { world } = fake;
  const nameOf = (id: string): string => world.users.get(id)?.global_name ?? world.users.get(id)?.username ?? id;
  const rows = message.components as readonly {
    readonly components: readonly { readonly custom_id: string; readonly label?: string }[];
  }[];
  return {
    ref: { channel: fake.refOf(message.channel), id: message.id },
    author: nameOf(message.author.id),
    byBot: message.author.id === world.bot.id,
    text: message.content,
    pictures: message.attachments.map((file) => {
      const { url } = attachmentJson(world, fake.cdn, message.channel.id, file);
      return {
        name: file.name,
        description: file.description,
        url,
        spoiler: file.name.startsWith("SPOILER_"),
        download: () => readFile(url),
      };
    }),
    buttons: rows.flatMap(({ components }) =>
      components.map(({ custom_id, label = "" }) => ({ id: custom_id, label })),
    ),
    reactions: new Map([...message.reactions].map(([emoji, users]) => [emojiJson(emoji).name, users.map(nameOf)])),
    notified: message.mentions,
    privateTo: message.ephemeralFor,
  };
}
