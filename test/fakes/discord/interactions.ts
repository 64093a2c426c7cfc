/** Interactions of the fake Discord: what people press and type, and what an application may answer, until when. */
import { MessageFlags, MessageType, InteractionResponseType as R, InteractionType as T } from "discord-api-types/v10";
import { ApiError, acknowledged, invalid, invalidToken, unknown } from "./api-error.js";
import { type Payload, readMessage } from "./forms.js";
import type { PostOffice } from "./post-office.js";
import { type FakeChannel, type FakeMessage, isGuest, isLoading } from "./world.js";

const TOKEN_MS = 15 * 60_000;

export interface FakeInteraction {
  readonly id: string;
  readonly token: string;
  readonly type: T;
  readonly user: string;
  readonly channel: FakeChannel;
  readonly at: number;
  /** The message under whose button it was pressed. */
  readonly on?: FakeMessage;
  answer?: R;
  followUps?: number;
  answeredAfterMs?: number;
  original?: string;
  modal?: { readonly custom_id: string; readonly title: string; readonly components: readonly object[] };
  choices?: readonly { readonly name: string; readonly value: string }[];
  /** Emitted after the first response of the application. */
  onAnswer?: () => void;
}

export class InteractionEndpoint {
  readonly all: FakeInteraction[] = [];

  /** @param deadlineMs within which the first word must come; 3,000 at Discord */
  constructor(
    private readonly office: PostOffice,
    private readonly deadlineMs: number,
    private readonly offend: (what: string) => void,
  ) {}

  add(interaction: FakeInteraction): void {
    this.all.push(interaction);
  }

  /** Interactions without an answer in time. */
  unanswered(): FakeInteraction[] {
    return this.all.filter(({ answer, at }) => answer === undefined && this.office.world.now() - at > this.deadlineMs);
  }

  /** `POST /interactions/{id}/{token}/callback` */
  async callback(id: string, token: string, payload: Payload): Promise<{ readonly message?: FakeMessage }> {
    const interaction = this.all.find((known) => known.id === id && known.token === token);
    if (!interaction) throw unknown("Interaction");
    const late = this.office.world.now() - interaction.at;
    if (late > this.deadlineMs) {
      this.offend(`the first word to an interaction came after ${late} ms`);
      throw unknown("Interaction");
    }
    if (interaction.answer !== undefined) throw acknowledged();
    const type = payload.body.type as R;
    const data = (payload.body.data ?? {}) as Record<string, unknown>;
    const message = await this.#carryOut(interaction, type, { body: data, files: payload.files });
    interaction.answer = type;
    interaction.answeredAfterMs = late;
    if (message) interaction.original = message.id;
    interaction.onAnswer?.();
    return message ? { message } : {};
  }

  async #carryOut(interaction: FakeInteraction, type: R, data: Payload): Promise<FakeMessage | undefined> {
    switch (type) {
      case R.ChannelMessageWithSource:
        this.#allow(interaction, T.ApplicationCommand, T.MessageComponent, T.ModalSubmit);
        return this.#say(interaction, data, 0);
      case R.DeferredChannelMessageWithSource: {
        this.#allow(interaction, T.ApplicationCommand, T.MessageComponent, T.ModalSubmit);
        return this.#say(interaction, data, MessageFlags.Loading);
      }
      case R.DeferredMessageUpdate:
        this.#allow(interaction, T.MessageComponent);
        return interaction.on;
      case R.UpdateMessage:
        this.#allow(interaction, T.MessageComponent);
        return interaction.on && this.office.edit(interaction.on, data, true);
      case R.ApplicationCommandAutocompleteResult:
        this.#allow(interaction, T.ApplicationCommandAutocomplete);
        interaction.choices = readChoices(data.body.choices);
        return undefined;
      case R.Modal:
        this.#allow(interaction, T.ApplicationCommand, T.MessageComponent);
        interaction.modal = readModal(data.body);
        return undefined;
      default:
        throw invalid("type", `Value must be one of the known types, not ${String(type)}.`);
    }
  }

  #allow({ type }: FakeInteraction, ...types: readonly T[]): void {
    if (!types.includes(type)) throw invalid("type", `Not possible for an interaction of type ${T[type]}.`);
  }

  async #say({ channel, user, type }: FakeInteraction, data: Payload, flags: number): Promise<FakeMessage> {
    const form = readMessage(data, true);
    const { world } = this.office;
    return this.office.add(channel, form, data, {
      author: world.bot,
      webhook: world.appId,
      flags,
      type: type === T.ApplicationCommand ? MessageType.ChatInputCommand : MessageType.Default,
      ...((form.flags ?? 0) & MessageFlags.Ephemeral ? { ephemeralFor: user } : {}),
    });
  }

  /** `POST /webhooks/{application}/{token}` */
  async followUp(token: string, payload: Payload): Promise<FakeMessage> {
    const interaction = this.#alive(token);
    if (interaction.answer === undefined) throw unknown("Webhook");
    if (!this.office.world.channels.has(interaction.channel.id)) throw unknown("Channel");
    const original =
      interaction.original === undefined ? undefined : this.office.world.messages.get(interaction.original);
    const installedHere = !isGuest(interaction.channel, this.office.world);
    // The first word after "thinking" takes its place, and is as public or private as that was.
    if (original && isLoading(original)) return this.office.edit(original, payload, true);
    interaction.followUps = (interaction.followUps ?? 0) + 1;
    if (!installedHere && interaction.followUps > 5)
      throw new ApiError(400, 40094, "This interaction has hit the maximum number of follow up messages");
    return this.#say(interaction, payload, 0);
  }

  /** `GET`, `PATCH`, `DELETE /webhooks/{application}/{token}/messages/{id}` */
  message(token: string, id: string): FakeMessage {
    const interaction = this.#alive(token);
    if (interaction.answer === undefined) throw unknown("Webhook");
    const wanted = id === "@original" ? interaction.original : id;
    const message = wanted === undefined ? undefined : this.office.world.messages.get(wanted);
    if (!message || (id !== "@original" && message.webhook === undefined)) throw unknown("Message");
    return message;
  }

  #alive(token: string): FakeInteraction {
    const interaction = this.all.find((known) => known.token === token);
    if (!interaction) throw unknown("Webhook");
    if (this.office.world.now() - interaction.at > TOKEN_MS) throw invalidToken();
    return interaction;
  }
}

function readChoices(given: unknown): { readonly name: string; readonly value: string }[] {
  if (!Array.isArray(given)) throw invalid("choices", "This field is required");
  if (given.length > 25) throw invalid("choices", "Must be 25 or fewer in length.");
  return given.map(({ name, value }: { name: unknown; value: unknown }) => {
    if (typeof name !== "string" || name.length < 1 || name.length > 100)
      throw invalid("choices.name", "Must be between 1 and 100 in length.");
    if (typeof value !== "string" || value.length < 1 || value.length > 100)
      throw invalid("choices.value", "Must be between 1 and 100 in length.");
    return { name, value };
  });
}

function readModal(given: Readonly<Record<string, unknown>>): {
  custom_id: string;
  title: string;
  components: object[];
} {
  const { custom_id, title, components } = given;
  if (typeof custom_id !== "string" || custom_id.length < 1 || custom_id.length > 100)
    throw invalid("custom_id", "Must be between 1 and 100 in length.");
  if (typeof title !== "string" || title.length < 1 || title.length > 45)
    throw invalid("title", "Must be between 1 and 45 in length.");
  if (!Array.isArray(components) || components.length < 1 || components.length > 5)
    throw invalid("components", "Must be between 1 and 5 in length.");
  for (const row of components as {
    components?: { label?: unknown; custom_id?: unknown; placeholder?: unknown }[];
  }[]) {
    for (const { label, custom_id: id, placeholder } of row.components ?? []) {
      if (typeof label !== "string" || label.length < 1 || label.length > 45)
        throw invalid("components.label", "Must be between 1 and 45 in length.");
      if (typeof id !== "string" || id.length > 100)
        throw invalid("components.custom_id", "Must be 100 or fewer in length.");
      if (typeof placeholder === "string" && placeholder.length > 100)
        throw invalid("components.placeholder", "Must be 100 or fewer in length.");
    }
  }
  return { custom_id, title, components };
}
