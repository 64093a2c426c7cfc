import { useMemo, useState } from "preact/hooks";
import { type Inline, parseMarkdown } from "../../../markdown/parse.js";
import type { WirePerson } from "../../wire.js";
import { Icon } from "./Icon.js";

export function Markdown({
  text,
  mentions,
  me,
}: {
  text: string;
  mentions: readonly WirePerson[];
  me: string | undefined;
}) {
  const blocks = useMemo(
    () =>
      parseMarkdown(
        text,
        mentions.map((user) => user.name),
      ),
    [text, mentions],
  );
  const myName = mentions.find((user) => user.id === me)?.name;
  const show = (nodes: readonly Inline[]) =>
    nodes.map((node, index) => <InlineNode key={index} node={node} myName={myName} />);
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

function InlineNode({ node, myName }: { node: Inline; myName: string | undefined }) {
  const show = (nodes: readonly Inline[]) =>
    nodes.map((each, index) => <InlineNode key={index} node={each} myName={myName} />);
  switch (node.kind) {
    case "text":
      return <>{node.text}</>;
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
  return href.startsWith(`${window.location.origin}/#`) || href.startsWith("/files/");
}

export function Mention({ name, me }: { name: string; me: boolean }) {
  return <span class={me ? "mention mention-me" : "mention"}>@{name}</span>;
}

function useCopy(text: string): [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1600);
  };
  return [copied, () => void copy()];
}

async function copyText(text: string): Promise<void> {
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

/** Command lines are what one most often wants to take along, so each bit of code copies itself when pressed. */
function InlineCode({ text }: { text: string }) {
  const [copied, copy] = useCopy(text);
  if (text.length < 4) return <code>{text}</code>;
  return (
    <button
      type="button"
      class={copied ? "code-inline copied" : "code-inline"}
      onClick={copy}
      title={copied ? "Copied" : "Copy"}
    >
      <code>{text}</code>
    </button>
  );
}

export function CodeBlock({ text }: { text: string }) {
  const [copied, copy] = useCopy(text);
  return (
    <div class="code-block">
      <pre>
        <code>{text}</code>
      </pre>
      <button
        type="button"
        class="quiet"
        onClick={copy}
        aria-label={copied ? "Copied" : "Copy code"}
        title={copied ? "Copied" : "Copy"}
      >
        <Icon name={copied ? "check" : "copy"} size={17} />
      </button>
    </div>
  );
}
