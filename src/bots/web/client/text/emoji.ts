/** A small set that serves talk about pictures, with words to find each by. Names of groups are shown as headings. */
export interface Emoji {
  readonly char: string;
  readonly words: string;
}

export const quickReactions = ["❤️", "👁️", "🔥", "🎨"] as const;

const lines: Readonly<Record<string, string>> = {
  Feelings:
    "❤️ heart love red|👍 thumbs up yes good|👎 thumbs down no|🔥 fire hot great|👏 clap applause|🙌 raised hands hooray|🎉 party tada celebrate|✨ sparkles magic|😍 heart eyes love|🤩 star struck wow|😮 wow surprised|🤯 mind blown|😂 joy laugh tears|😄 smile happy|🙂 smile|😉 wink|🥰 love hearts|😎 cool sunglasses|🤔 thinking hmm|😅 sweat phew|😴 sleep dream|😢 sad cry|😱 scream scared|🙏 thanks please pray|💯 hundred perfect|💜 purple heart|💙 blue heart|💚 green heart|🧡 orange heart|🫶 heart hands|👀 eyes look|🤝 handshake deal|💪 strong muscle|🫠 melting|🥹 touched tears|😵‍💫 dizzy spiral",
  Dreams:
    "👁️ eye dream see|🌀 spiral swirl dizzy|💤 sleep zzz dream|🌙 moon night|🌈 rainbow|☁️ cloud sky|⭐ star|🌟 glowing star|🪐 planet saturn|🌌 galaxy milky way|🔮 crystal ball|🪄 magic wand|🦄 unicorn|🐉 dragon|🦋 butterfly|🐙 octopus|🦑 squid|🐠 fish|🐍 snake scales|🦎 lizard|🐢 turtle|🦜 parrot|🦚 peacock|🦢 swan|🦉 owl|🐶 dog|🐱 cat|🐌 snail|🐝 bee|🕷️ spider|👻 ghost|👽 alien",
  Studio:
    "🎨 palette paint art|🖌️ brush paint|🖼️ picture frame|🖍️ crayon|✏️ pencil draw|🧵 thread loom|🧶 yarn wool|🪡 needle|📷 camera photo|🎞️ film frames|🎬 clapper film zoom|🔁 again repeat|⬆️ up larger|➕ plus stronger more|➖ minus weaker less|✅ check done yes|❌ cross no|🗑️ trash delete|📌 pin|💡 idea light|🔍 search zoom|⏳ wait hourglass|🚀 rocket fast|🏆 trophy best|🥇 first gold|0️⃣ zero|1️⃣ one|2️⃣ two|3️⃣ three|4️⃣ four|5️⃣ five|6️⃣ six|7️⃣ seven|8️⃣ eight|9️⃣ nine|🔟 ten",
  Nature:
    "🌸 blossom spring|🌻 sunflower summer|☀️ sun summer|🍂 leaves autumn rust|❄️ snow winter|⛄ snowman winter|🌊 wave sea water|🏔️ mountain|🌋 volcano|🌲 tree forest|🌿 herb leaf|🍄 mushroom|🌵 cactus|🌾 grain field|🪨 rock stone|⚡ lightning|🌧️ rain|🌫️ fog|🐚 shell|🪸 coral|💎 gem diamond|🪞 mirror|🏙️ city|🏰 castle|⛵ boat sail|🍎 apple|🍋 lemon|🍇 grapes|🍰 cake|☕ coffee|🍵 tea",
};

export const emojiGroups: readonly { readonly name: string; readonly emoji: readonly Emoji[] }[] = Object.entries(
  lines,
).map(([name, line]) => ({
  name,
  emoji: line.split("|").map((entry) => {
    const [char = "", ...words] = entry.split(" ");
    return { char, words: words.join(" ") };
  }),
}));

/** Emoji of which every typed word begins some word. */
export function searchEmoji(query: string): Emoji[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  const all = emojiGroups.flatMap((group) => group.emoji);
  return all.filter(({ char, words }) =>
    wanted.every((word) => char === word || words.split(" ").some((each) => each.startsWith(word))),
  );
}

/** One to three emoji and nothing else: shown large. */
export function isOnlyEmoji(text: string): boolean {
  if (!/^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200D|\uFE0F|\s)+$/u.test(text)) return false;
  const segments = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text.trim())].filter(
    ({ segment }) => segment.trim(),
  );
  return segments.length > 0 && segments.length <= 3;
}
