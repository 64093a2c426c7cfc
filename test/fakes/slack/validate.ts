/**
 * Slack's rules for blocks, views and metadata (https://docs.slack.dev/reference/block-kit), as far as the bot could
 * break them.
 */

type Fields = Readonly<Record<string, unknown>>;

export interface FileFacts {
  readonly ready: boolean;
  readonly type: string;
}

/** What is wrong with blocks. A file that Slack still works on is refused as well, but that is no mistake. */
export class Rules {
  readonly problems: string[] = [];
  readonly notReady: string[] = [];

  constructor(private readonly file: (id: string) => FileFacts | undefined) {}

  message(blocks: readonly unknown[]): this {
    if (blocks.length > 50) this.problems.push(`${blocks.length} blocks; a message takes 50`);
    this.#blocks(blocks, "message");
    return this;
  }

  view(value: unknown): this {
    const view = fields(value);
    const blocks = Array.isArray(view.blocks) ? view.blocks : [];
    const home = view.type === "home";
    if (!home && view.type !== "modal") this.problems.push(`view type ${String(view.type)}`);
    if (blocks.length > 100) this.problems.push(`${blocks.length} blocks; a view takes 100`);
    if (typeof view.private_metadata === "string" && view.private_metadata.length > 3000)
      this.problems.push("private_metadata is too long");
    if (!home) {
      this.#plain(view.title, 24, "title");
      if (view.submit !== undefined) this.#plain(view.submit, 24, "submit");
      if (view.close !== undefined) this.#plain(view.close, 24, "close");
      if (blocks.some((block) => fields(block).type === "input") && view.submit === undefined)
        this.problems.push("inputs need submit");
    }
    this.#blocks(blocks, home ? "home" : "modal");
    return this;
  }

  #blocks(blocks: readonly unknown[], surface: "message" | "modal" | "home"): void {
    const ids = new Set<string>();
    for (const [index, value] of blocks.entries()) {
      const block = fields(value);
      const at = `block ${index} (${String(block.type)})`;
      if (typeof block.block_id === "string") {
        if (block.block_id.length > 255 || ids.has(block.block_id))
          this.problems.push(`${at}: block_id too long or twice`);
        ids.add(block.block_id);
      }
      if (block.type === "section") this.#section(block, at);
      else if (block.type === "image") this.#image(block, at);
      else if (block.type === "actions") this.#actions(block, at);
      else if (block.type === "header") this.#plain(block.text, 150, at);
      else if (block.type === "input" && surface !== "message") this.#input(block, at, surface);
      else if (block.type !== "divider") this.problems.push(`${at}: not a block of a ${surface}`);
    }
  }

  #section(block: Fields, at: string): void {
    const { type, text } = fields(block.text);
    if (type !== "mrkdwn" && type !== "plain_text") this.problems.push(`${at}: text type`);
    if (typeof text !== "string" || text.length < 1 || text.length > 3000)
      this.problems.push(`${at}: text of 1 to 3000 characters`);
    if (block.accessory !== undefined) {
      const accessory = fields(block.accessory);
      if (accessory.type === "image") this.#image(accessory, `${at} accessory`);
      else this.problems.push(`${at}: accessory`);
    }
  }

  #image(block: Fields, at: string): void {
    const alt = block.alt_text;
    if (typeof alt !== "string" || alt.length < 1 || alt.length > 2000)
      this.problems.push(`${at}: alt_text of 1 to 2000 characters`);
    const id = fields(block.slack_file).id;
    if (typeof id !== "string" || !/^F[A-Z0-9]{8,}$/.test(id)) {
      this.problems.push(`${at}: slack_file/id must match ^F[A-Z0-9]{8,}$`);
      return;
    }
    const file = this.file(id);
    if (!file) this.problems.push(`${at}: invalid slack file ${id}`);
    else if (!file.ready) this.notReady.push(`invalid slack file [json-pointer:/blocks/${at}/slack_file]`);
    else if (!["image/png", "image/jpeg", "image/gif"].includes(file.type))
      this.problems.push(`${at}: slack_file is ${file.type}`);
  }

  #actions(block: Fields, at: string): void {
    const elements = Array.isArray(block.elements) ? block.elements : [];
    if (elements.length < 1 || elements.length > 25) this.problems.push(`${at}: 1 to 25 elements`);
    const ids = new Set<string>();
    for (const value of elements) {
      const button = fields(value);
      if (button.type !== "button") this.problems.push(`${at}: ${String(button.type)}`);
      this.#plain(button.text, 75, `${at} button`);
      const id = button.action_id;
      if (typeof id !== "string" || id.length < 1 || id.length > 255 || ids.has(id))
        this.problems.push(`${at}: action_id`);
      ids.add(String(id));
      if (typeof button.value === "string" && button.value.length > 2000) this.problems.push(`${at}: value`);
      if (button.style !== undefined && button.style !== "primary" && button.style !== "danger")
        this.problems.push(`${at}: style`);
    }
  }

  #input(block: Fields, at: string, surface: string): void {
    if (surface !== "modal") this.problems.push(`${at}: input outside a modal`);
    this.#plain(block.label, 2000, `${at} label`);
    if (block.hint !== undefined) this.#plain(block.hint, 2000, `${at} hint`);
    const element = fields(block.element);
    if (typeof element.action_id !== "string" || element.action_id.length > 255) this.problems.push(`${at}: action_id`);
    if (element.type === "file_input") {
      if (!Array.isArray(element.filetypes) || !between(element.max_files, 1, 10))
        this.problems.push(`${at}: file_input`);
    } else if (element.type === "static_select") {
      const options = Array.isArray(element.options) ? element.options : [];
      if (options.length < 1 || options.length > 100) this.problems.push(`${at}: 1 to 100 options`);
      for (const option of options) this.#option(option, at);
      const initial = element.initial_option;
      if (initial !== undefined && !options.some((option) => JSON.stringify(option) === JSON.stringify(initial))) {
        this.problems.push(`${at}: initial_option is none of the options`);
      }
    } else if (element.type === "conversations_select") {
      if (typeof element.default_to_current_conversation !== "boolean") this.problems.push(`${at}: no conversation`);
    } else if (element.type === "external_select") {
      if (element.initial_option !== undefined) this.#option(element.initial_option, at);
    } else if (element.type === "number_input") this.#number(element, at);
    else if (element.type === "plain_text_input") {
      if (element.max_length !== undefined && !between(element.max_length, 1, 3000))
        this.problems.push(`${at}: max_length`);
    } else this.problems.push(`${at}: element ${String(element.type)}`);
  }

  #number({ is_decimal_allowed, min_value, max_value, initial_value }: Fields, at: string): void {
    if (typeof is_decimal_allowed !== "boolean") this.problems.push(`${at}: is_decimal_allowed`);
    for (const value of [min_value, max_value, initial_value]) {
      const fits =
        value === undefined ||
        (typeof value === "string" && (is_decimal_allowed ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/).test(value));
      if (!fits) this.problems.push(`${at}: number ${String(value)}`);
    }
    if (Number(initial_value) < Number(min_value) || Number(initial_value) > Number(max_value))
      this.problems.push(`${at}: initial_value`);
  }

  #option(value: unknown, at: string): void {
    const option = fields(value);
    this.#plain(option.text, 75, `${at} option`);
    if (typeof option.value !== "string" || option.value.length < 1 || option.value.length > 150)
      this.problems.push(`${at}: option value`);
  }

  #plain(value: unknown, length: number, at: string): void {
    const { type, text } = fields(value);
    if (type !== "plain_text" || typeof text !== "string" || text.length < 1 || text.length > length) {
      this.problems.push(`${at}: plain_text of 1 to ${length} characters`);
    }
  }
}

/** What is wrong with a message's metadata. */
export function metadataProblem(value: unknown): string | undefined {
  const { event_type, event_payload } = fields(value);
  if (typeof event_type !== "string" || !/^\w{1,255}$/.test(event_type)) return "invalid_metadata_schema";
  if (typeof event_payload !== "object" || event_payload === null || JSON.stringify(event_payload).length > 8000)
    return "invalid_metadata_format";
  return undefined;
}

/** An option of a menu that was filled while somebody typed. */
export function optionProblems(options: readonly unknown[]): string[] {
  const rules = new Rules(() => undefined);
  rules.view({
    type: "modal",
    title: { type: "plain_text", text: "x" },
    submit: { type: "plain_text", text: "x" },
    blocks:
      options.length === 0
        ? []
        : [
            {
              type: "input",
              label: { type: "plain_text", text: "x" },
              element: { type: "static_select", action_id: "x", options },
            },
          ],
  });
  return rules.problems;
}

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function between(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}
