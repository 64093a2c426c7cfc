import { useMemo, useState } from "preact/hooks";
import { type Inline, parseMarkdown } from "../../../markdown/parse.js";
import type { WirePerson } from "../../wire.js";
import { toast } from "../state/toasts.js";
import { sentence } from "../text/sentences.js";
import { localTimes } from "../text/time.js";
import { IconButton } from "./Button.js";
import { useFill } from "./box.js";

interface Props {
  readonly text: string;
  readonly mentions: readonly WirePerson[];
  readonly me: string | undefined;
}

export function Markdown({ text, mentions, me }: Props) {
  const names = mentions.map(({ name }) => name);
  const blocks = useMemo(() => parseMarkdown(text, names), [text, mentions]);
  const myName = mentions.find(({ id }) => id === me)?.name;
  const show = (nodes: readonly Inline[]) => <InlineNodes nodes={nodes} myName={myName} />;
  return (
    <div class="markdown">
      {blocks.map((block, index) => {
        if (block.kind === "gap") return null;
        if (block.kind === "code") return <CodeBlock key={index} text={block.text} />;
        if (block.kind === "paragraph") return <p key={index}>{show(block.children)}</p>;
        return (
          <ul key={index}>
            {block.items.map((item, itemIndex) => (
              <li key={itemIndex}>{show(item)}</li>
            ))}
          </ul>
        );
      })}
    </div>
  );
}

function InlineNodes({ nodes, myName }: { nodes: readonly Inline[]; myName: string | undefined }) {
  return (
    <>
      {nodes.map((node, index) => (
        <InlineNode key={index} node={node} myName={myName} />
      ))}
    </>
  );
}

function InlineNode({ node, myName }: { node: Inline; myName: string | undefined }) {
  const show = (nodes: readonly Inline[]) => <InlineNodes nodes={nodes} myName={myName} />;
  switch (node.kind) {
    case "text":
      return <>{localTimes(node.text)}</>;
    case "strong":
      return <strong>{show(node.children)}</strong>;
    case "emphasis":
      return <em>{show(node.children)}</em>;
    case "code":
      return <InlineCode text={node.text} />;
    case "link":
      return (
        <a href={node.href} {...(isOwn(node.href) ? {} : { target: "_blank", rel: "noopener noreferrer nofollow" })}>
          {show(node.children)}
        </a>
      );
    case "mention":
      return <Mention name={node.name} me={node.name === myName} />;
    case "break":
      return <br />;
  }
}

/** Leads to a message here, or is a file to keep: not worth another tab. */
function isOwn(href: string): boolean {
  const { origin, pathname } = window.location;
  return href.startsWith(`${origin}${pathname}#`) || href.startsWith("files/");
}

export function Mention({ name, me }: { name: string; me: boolean }) {
  return <span class={me ? "mention mention-me" : "mention"}>@{name}</span>;
}

function useCopy(text: string): [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
    // A changed label is not read aloud, nor is a colour.
    toast(sentence("common.copied"));
    setTimeout(() => setCopied(false), 1600);
  };
  return [copied, () => void copy()];
}

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The clipboard's interface is missing on plain http addresses; the old way works there.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

/**
 * A command goes into the message box when it is pressed, any other bit of code is copied. It is no button element: a
 * browser lays one out as a box of its own, after which what follows a long line, such as " · v2", begins another.
 */
export function InlineCode({ text }: { text: string }) {
  const [copied, copy] = useCopy(text);
  const fill = useFill(text, () => copyText(text));
  if (text.length < 4) return <code>{text}</code>;
  const press = fill ?? copy;
  const does = fill ? "message.fill" : copied ? "common.copied" : "common.copy";
  const look = copied ? "code-inline copied" : "code-inline";
  return (
    <span
      class={look}
      role="button"
      tabIndex={0}
      title={sentence(does)}
      onClick={press}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        if (!event.repeat) press();
      }}
    >
      <code>{text}</code>
    </span>
  );
}

export function CodeBlock({ text }: { text: string }) {
  const [copied, copy] = useCopy(text);
  const fill = useFill(text, () => copyText(text));
  const label = sentence(fill ? "message.fill" : copied ? "common.copied" : "common.copy");
  return (
    <div class="code-block">
      <pre>
        <code>{text}</code>
      </pre>
      <IconButton icon={fill ? "pen" : copied ? "check" : "copy"} size={17} onClick={fill ?? copy} label={label} />
    </div>
  );
}
